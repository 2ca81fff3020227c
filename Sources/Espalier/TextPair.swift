/// Two texts that are judged together, such as a premise and a hypothesis.
public struct TextPair: Equatable, Sendable {
  public var first: String
  public var second: String

  public init(_ first: String, _ second: String) {
    self.first = first
    self.second = second
  }
}

/// A text, or a pair.
package struct ClassifierInput: Equatable, Sendable {
  package var text: String
  package var pair: String?

  package init(_ text: String, pair: String? = nil) {
    self.text = text
    self.pair = pair
  }

  package var utf8Count: Int { text.utf8.count + (pair?.utf8.count ?? 0) }
}
