package import FoundationEssentials

/// A model or data set that lies on this machine.
package struct FetchedInput: Equatable, Sendable, Codable {
  package var name: String
  /// Holds ``files``.
  package var directory: URL
  /// Names and SHA-256 sums.
  package var files: [String: String]
  /// Where it came from, for people.
  package var source: String
  package var licence: String?
}
