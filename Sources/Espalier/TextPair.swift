package import Text

/// Two texts that are judged together, such as a premise and a hypothesis.
public struct TextPair: Equatable, Sendable {
  public var first: String
  public var second: String

  public init(_ first: String, _ second: String) {
    self.first = first
    self.second = second
  }
}

extension PlainText {
  package var utf8Count: Int { text.utf8.count + (pair?.utf8.count ?? 0) }
}
