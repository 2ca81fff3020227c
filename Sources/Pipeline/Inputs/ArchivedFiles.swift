import FoundationEssentials

/// A source of files that come in an archive.
protocol ArchivedFiles: Sendable {
  /// For people.
  var title: String { get }
  /// The files that are wanted, and their SHA-256 sums.
  var sums: [String: String] { get }

  /// Downloads and unpacks into `work`, which vanishes afterwards.
  ///
  /// - Returns: the directory of the files.
  func unpack(into work: URL) async throws(InputError) -> URL
}
