public import Foundation

/// What PyTorch makes of tiny classifiers of BERT's relatives; see Goldens/MANIFEST.md. Keys as the file spells them.
public struct FamilyGoldens: Codable, Sendable {
  public struct Padding: Codable, Sendable {
    public var ids: [Int32]
    public var types: [Int32]
    public var logits: [[Double]]
  }
  public struct Figures: Codable, Sendable {
    public var logits: [[Double]]
    public var loss: Double
    public var ablated_logits: [[Double]]
    public var padding_inside: Padding
  }
  public var sentences: [GoldenBatch.Sentence]
  public var labels: [Int32]
  /// By `model_type`.
  public var families: [String: Figures]

  public static func load() throws -> FamilyGoldens {
    try JSONDecoder().decode(FamilyGoldens.self, from: Data(contentsOf: Goldens.url("families/families.json")))
  }

  public var batch: GoldenBatch { GoldenBatch(sentences: sentences, labels: labels) }

  /// The files of a family's model in a directory: XLM-R has RoBERTa's weights.
  public static func copyModel(_ family: String, to directory: URL) throws {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    for (name, source) in [("config.json", family), ("model.safetensors", weights(family))] {
      try FileManager.default.copyItem(
        at: Goldens.url("families/\(source)/\(name)"), to: directory.appending(path: name))
    }
  }

  /// The gradients of the loss, by the family's names.
  public static func gradients(_ family: String) -> URL {
    Goldens.url("families/\(weights(family))/gradients.safetensors")
  }

  private static func weights(_ family: String) -> String { family == "xlm-roberta" ? "roberta" : family }
}
