#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How far the logits of one contestant are from those of another, for the same sentences.
package struct AnswerComparison: Equatable, Sendable {
  /// What an FP32 engine's logits may differ by from ours: sums in another order, some 1e-6 of logits of size 1.
  package static let tolerance = 1e-4

  /// The largest.
  package var difference: Double
  /// Signal to noise: 10 log10 of the sum of squares of the reference over that of the differences; infinite for none.
  package var decibels: Double

  /// - Returns: nil where the counts differ, as for models with other classes.
  package init?(_ answer: [Double], to reference: [Double]) {
    guard answer.count == reference.count, !answer.isEmpty else { return nil }
    let differences = zip(answer, reference).map { $0 - $1 }
    difference = differences.reduce(0) { max($0, abs($1)) }
    let noise = differences.reduce(0) { $0 + $1 * $1 }
    let signal = reference.reduce(0) { $0 + $1 * $1 }
    decibels = noise > 0 ? 10 * log10(signal / noise) : .infinity
  }
}
