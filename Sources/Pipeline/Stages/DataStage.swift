import Compute
import FoundationEssentials
import Text

/// The rows of a run, in the three splits that nothing crosses.
struct Splits: Codable, Sendable {
  struct Rows: Codable, Sendable {
    var train: Int
    var selection: Int
    var dev: Int
  }

  var rows: Rows
  /// Of the second split that is reported on; nil where there is none.
  var otherDevRows: Int?
  /// How many rows the data set has before `limit`.
  var total: Int
}

/// Splits the data: `train` is learnt from, `selection` decides, `dev` is reported on once.
struct DataStage {
  let source: DataSource
  let task: DataTask
  let seed: UInt64
  let input: FetchedInput

  private struct Settings: Encodable {
    var source: DataSource
    var format: Catalogue.Dataset.Format
    var labels: [String]
    var seed: UInt64
    /// Nil for the usual columns.
    var reading: ExampleFormat?
    var files: [String]?
  }

  private var settings: Settings {
    let usual = ExampleFormat(labels: task.labels)
    var settings = Settings(source: source, format: .movieSnippets, labels: task.labels, seed: seed)
    if task.files != .movieSnippets {
      settings.format = .glue
      settings.reading = task.format == usual ? nil : task.format
      settings.files = task.fileNames == ["train.tsv", "dev.tsv"] ? nil : task.fileNames
    }
    return settings
  }

  func run(_ runner: StageRunner) async throws -> StageRecord<Splits> {
    try await runner.run(
      "split", settings: settings, inputs: input.files
    ) {
      let parts = try self.parts()
      var outputs: [URL] = []
      func write(_ name: String, _ rows: ExampleSource) throws -> Int {
        let cut = try source.limit.map { limit in try rows.sample(limit, seed: seed) } ?? rows
        let url = runner.folder.split(name)
        try runner.folder.makeParent(of: url)
        outputs.append(url)
        return try Self.write(cut, to: url)
      }
      let rows = Splits.Rows(
        train: try write("train", parts.train), selection: try write("selection", parts.selection),
        dev: try write("dev", parts.dev))
      for (name, count) in [("train", rows.train), ("selection", rows.selection), ("dev", rows.dev)] where count == 0 {
        throw PipelineError.emptySplit(name: name, rows: parts.total)
      }
      var splits = Splits(rows: rows, total: parts.total)
      if let file = task.otherDev, let name = task.otherDevName {
        let other = try write(name, examples(file))
        guard other > 0 else { throw PipelineError.emptySplit(name: name, rows: other) }
        splits.otherDevRows = other
      }
      return (splits, outputs)
    }
  }

  /// Each is read when it is written, and never held in memory.
  private struct Parts {
    var train: ExampleSource
    var selection: ExampleSource
    var dev: ExampleSource
    var total: Int
  }

  private func parts() throws -> Parts {
    switch task.files {
    case .tables(let trainFile, let devFile?):
      let (train, dev) = (examples(trainFile), examples(devFile))
      let (selection, rest) = try DataSplit.holdOut(source.selectionFraction, of: train, seed: seed)
      return Parts(train: rest, selection: selection, dev: dev, total: try train.count() + dev.count())
    case .tables(let file, nil): return try split(examples(file))
    case .movieSnippets:
      let file = input.directory.appending(path: "movieReviewSnippets_GroundTruth.txt")
      return try split(ExampleSource(try MovieSnippets.read(file)))
    }
  }

  private func examples(_ file: String) -> ExampleSource {
    ExampleSource(input.directory.appending(path: file).path(percentEncoded: false), task.format)
  }

  /// Data without a dev file.
  private func split(_ all: ExampleSource) throws -> Parts {
    let fractions = [source.devFraction, source.selectionFraction, 1 - source.devFraction - source.selectionFraction]
    let parts = DataSplit.split(all, fractions: fractions, seed: seed)
    return Parts(train: parts[2], selection: parts[1], dev: parts[0], total: try all.count())
  }

  /// - Returns: how many there are.
  private static func write(_ rows: ExampleSource, to url: URL) throws -> Int {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var (reader, count) = (try rows.reader(), 0)
    try AtomicFile.write(to: url) { file in
      while let row = try reader.next() {
        try file.write(try encoder.encode(SplitRow(row)))
        try file.write("\n")
        count += 1
      }
    }
    return count
  }
}

/// A row of a split, as ``DataTask/splitFormat(_:classCount:)`` reads it.
private struct SplitRow: Encodable {
  let row: LabelledSentence

  init(_ row: LabelledSentence) { self.row = row }

  private enum CodingKeys: String, CodingKey { case sentence, pair, label }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(row.text, forKey: .sentence)
    try values.encodeIfPresent(row.pair, forKey: .pair)
    switch row.target {
    case .label(let label): try values.encode(label, forKey: .label)
    case .number(let number): try values.encode(number, forKey: .label)
    case .labels(let labels): try values.encode(labels, forKey: .label)
    }
  }
}
