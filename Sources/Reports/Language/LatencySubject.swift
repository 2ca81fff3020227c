/// What the latency of single sentences was measured on.
public struct LatencySubject: Equatable, Sendable {
  public var sentences: Int
  public var split: String
  public var medianTokens: Int
  public var processes: Int

  public init(sentences: Int, split: String, medianTokens: Int, processes: Int) {
    self.sentences = sentences
    self.split = split
    self.medianTokens = medianTokens
    self.processes = processes
  }

  /// As results hold it.
  public var text: String { English().subject(self) }

  init?(_ text: String, split: String?) {
    let numbers = text.numbers
    guard numbers.count == 3, let split else { return nil }
    self.init(sentences: numbers[0], split: split, medianTokens: numbers[1], processes: numbers[2])
    guard self.text == text else { return nil }
  }
}
