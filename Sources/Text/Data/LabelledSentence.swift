/// A sentence, or a pair of sentences, and what is to be said of it.
public struct LabelledSentence: Equatable, Sendable {
  public var text: String
  /// The second of a pair.
  public var pair: String?
  public var target: Target

  public init(text: String, pair: String? = nil, target: Target) {
    self.text = text
    self.pair = pair
    self.target = target
  }

  public init(text: String, pair: String? = nil, label: Int) {
    self.init(text: text, pair: pair, target: .label(label))
  }
}
