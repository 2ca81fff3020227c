import FoundationEssentials

/// What a finished stage leaves in `stages/NAME.json`: what it was made from, what it made, and what it found.
package struct StageRecord<Findings: Codable & Sendable>: Codable, Sendable {
  package var stage: String
  /// Of ``inputs`` and the stage's settings: a stage with the same one is never run again.
  package var fingerprint: String
  /// Names and sums of what went in.
  package var inputs: [String: String]
  /// Paths within the run folder, and sums.
  package var outputs: [String: String]
  /// ISO 8601.
  package var finished: String
  package var seconds: Double
  /// Of the program that ran the stage, or its last part; nil if that isn't known.
  package var commit: String?
  package var findings: Findings
}
