/// What a ``BatchQueue`` does with what it is given. All but ``estimate(_:)`` is called on the queue's own thread.
package protocol BatchWork: Sendable {
  associatedtype Input: Sendable
  associatedtype Prepared
  associatedtype Answer: Sendable

  /// The most that an input may cost, told from a glance.
  func estimate(_ input: Input) -> Int

  func prepare(_ inputs: [Input]) -> [Prepared]

  /// What it does cost.
  func cost(_ prepared: Prepared) -> Int

  /// One answer for each, in order.
  func answers(_ batch: [Prepared]) -> [Result<Answer, any Error>]
}

/// What a queue did with one batch.
package struct BatchReport: Sendable {
  package var inputs: Int
  package var cost: Int
  /// What still waited when it was done, by estimate.
  package var waitingCost: Int
  /// From the preparation to the answers.
  package var seconds: Double
}
