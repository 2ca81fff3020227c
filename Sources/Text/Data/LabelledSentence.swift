/// A sentence and its class.
public struct LabelledSentence: Equatable, Sendable, Codable {
  public var text: String
  /// From 0.
  public var label: Int

  public init(text: String, label: Int) {
    self.text = text
    self.label = label
  }
}
