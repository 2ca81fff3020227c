import Compute
package import FoundationEssentials

/// Runs stages, each once: a stage whose inputs, settings and outputs are as its record says is not run again.
package struct StageRunner: Sendable {
  package let folder: RunFolder
  package let progress: any ProgressDisplay
  /// Of the program's sources, if it is known.
  package let commit: String?

  package init(folder: RunFolder, progress: any ProgressDisplay, commit: String? = nil) {
    self.folder = folder
    self.progress = progress
    self.commit = commit
  }

  /// The record of a stage, from the run folder or by running it.
  ///
  /// - Parameters:
  ///   - settings: all that the result depends on apart from the inputs.
  ///   - inputs: names and sums.
  ///   - body: does the work. It gives its findings, and the files that it wrote, which must be complete.
  package func run<Findings: Codable & Sendable>(
    _ stage: String, settings: some Encodable, inputs: [String: String],
    _ body: () async throws -> (Findings, outputs: [URL])
  ) async throws -> StageRecord<Findings> {
    let fingerprint = try Fingerprint.value([
      stage, try Fingerprint.value(settings), try Fingerprint.value(inputs),
    ])
    if let record: StageRecord<Findings> = finished(stage, fingerprint) {
      progress.message("\(stage): done before")
      return record
    }
    progress.message("\(stage)")
    let clock = ContinuousClock()
    let start = clock.now
    let (findings, outputs) = try await body()
    var sums: [String: String] = [:]
    for output in outputs { sums[relative(output)] = try Fingerprint.file(output) }
    let record = StageRecord(
      stage: stage, fingerprint: fingerprint, inputs: inputs, outputs: sums,
      finished: Date.now.formatted(.iso8601), seconds: (clock.now - start) / .seconds(1), commit: commit,
      findings: findings)
    try write(record)
    return record
  }

  private func finished<Findings>(_ stage: String, _ fingerprint: String) -> StageRecord<Findings>? {
    guard let data = try? Data(contentsOf: folder.record(stage)),
      let record = try? JSONDecoder().decode(StageRecord<Findings>.self, from: data),
      record.fingerprint == fingerprint
    else { return nil }
    for (path, sum) in record.outputs {
      guard (try? Fingerprint.file(folder.url.appending(path: path))) == sum else { return nil }
    }
    return record
  }

  private func write(_ record: StageRecord<some Codable & Sendable>) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let url = folder.record(record.stage)
    try folder.makeParent(of: url)
    try AtomicFile.write(try encoder.encode(record), to: url)
  }

  private func relative(_ url: URL) -> String {
    let base = folder.url.standardizedFileURL.path(percentEncoded: false)
    let path = url.standardizedFileURL.path(percentEncoded: false)
    let root = base.hasSuffix("/") ? base : base + "/"
    return path.hasPrefix(root) ? String(path.dropFirst(root.count)) : path
  }
}
