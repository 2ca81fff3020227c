/// What a report says of its run as a whole.
public enum StandardNote: Equatable, Sendable {
  case randomWeights
  case cut(sentences: Int)
  case taughtByBaseline
  /// - Parameter schemes: the titles of quantisation schemes.
  case trainedToBeRounded(schemes: [String], epochs: Int)
  case sameReviewsAsSST

  /// As results hold it.
  public var text: String { English().note(self) }

  init?(_ text: String) {
    let numbers = text.numbers
    let english = English()
    let schemes = [StandardTitle.Format.int8QAT, .int4QAT].map(english.format)
    var candidates: [StandardNote] = [.randomWeights, .taughtByBaseline, .sameReviewsAsSST]
    candidates += numbers.map { .cut(sentences: $0) }
    for schemes in [schemes, Array(schemes.reversed())] + schemes.map({ [$0] }) {
      candidates += numbers.map { .trainedToBeRounded(schemes: schemes, epochs: $0) }
    }
    guard let note = candidates.first(where: { english.note($0) == text }) else { return nil }
    self = note
  }
}
