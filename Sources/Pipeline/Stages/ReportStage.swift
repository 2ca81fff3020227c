import Compute
package import FoundationEssentials
package import Reports

/// Writes a report: the files appear together or not at all.
package enum ReportStage {
  /// - Parameters:
  ///   - margin: nil for that of the results.
  ///   - language: nil for that of the results.
  package static func write(
    _ results: ShowdownResults, margin: Double? = nil, language: Language? = nil, to directory: URL
  ) throws -> [URL] {
    let files = try Report(results, margin: margin, language: language).files()
    let folder = try AtomicDirectory(replacing: directory, marker: "results.json")
    for file in files { try AtomicFile.write(file.text, to: folder.url.appending(path: file.name)) }
    try folder.commit()
    return files.map { directory.appending(path: $0.name) }
  }

  /// The results in a run folder, in a report directory, or in a file.
  package static func read(_ path: String) throws -> ShowdownResults {
    for candidate in ["\(path)/report/results.json", "\(path)/results.json", path] {
      var isDirectory = false
      guard FileManager.default.fileExists(atPath: candidate, isDirectory: &isDirectory), !isDirectory else { continue }
      return try ShowdownResults(json: try Data(contentsOf: URL(filePath: candidate)), path: candidate)
    }
    throw PipelineError.noResults(path: path)
  }
}
