internal import Foundation

/// PyTorch's fake quantisation; see Goldens/MANIFEST.md. Keys as the file spells them.
public struct QuantizationGoldens: Codable, Sendable {
  public struct Operation: Codable, Sendable {
    public var shape: [Int]
    public var x: [Float]
    public var y: [Float]
    public var dy: [Float]
    public var dx: [Float]
    public var group: Int?
    public var step: Float?
  }
  public struct Figures: Codable, Sendable {
    public var logits: [[Double]]
    public var loss: Double
  }
  public struct Model: Codable, Sendable {
    public var ids: [[Int32]]
    public var labels: [Int32]
    public var group: Int
    public var ranges: [String: Double]
    public var plain_logits: [[Double]]
    public var int8_tokens: Figures
    public var int8_static: Figures
    public var int4_tokens: Figures
  }
  public var operations: [String: Operation]
  public var model: Model

  public static func load() throws -> QuantizationGoldens {
    try JSONDecoder().decode(QuantizationGoldens.self, from: Data(contentsOf: Goldens.url("quantization.json")))
  }
}
