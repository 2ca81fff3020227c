public import Foundation

/// The reference values of Tests/Goldens; how they were made is in its MANIFEST.md.
public enum Goldens {
  public static func url(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Goldens").appending(path: name)
  }

  public static var tinyBert: URL { url("tiny-bert") }

  public static func bytes(_ name: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: url(name))) }

  public static func batch() throws -> GoldenBatch { try decode("batch.json") }
  public static func expected() throws -> GoldenFigures { try decode("expected.json") }

  private static func decode<Value: Decodable>(_ name: String) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(contentsOf: url(name)))
  }
}

public struct GoldenBatch: Codable, Sendable {
  public struct Sentence: Codable, Sendable {
    public var ids: [Int32]
    public var types: [Int32]
  }
  public var sentences: [Sentence]
  public var labels: [Int32]

  public init(sentences: [Sentence], labels: [Int32]) {
    self.sentences = sentences
    self.labels = labels
  }
}

/// Keys as the file spells them.
public struct GoldenFigures: Codable, Sendable {
  public struct Distillation: Codable, Sendable {
    public var temperature: Double
    public var teacher_logits: [[Double]]
    public var loss: Double
    public var d_logits: [[Double]]
  }
  public struct Training: Codable, Sendable {
    public var steps: Int
    public var warmup_steps: Int
    public var learning_rate: Double
    public var weight_decay: Double
    public var clip_norm: Double
    public var learning_rates: [Double]
    public var losses: [Double]
    public var gradient_norms: [Double]
    public var final_logits: [[Double]]
  }
  public var logits: [[Double]]
  public var loss: Double
  public var label_smoothing: Double
  public var smoothed_loss: Double
  public var distillation: Distillation
  public var ablated_logits: [[[Double]]]
  public var gelu_new_logits: [[Double]]
  public var relu_logits: [[Double]]
  public var half_weights_logits: [[Double]]
  public var training: Training
}
