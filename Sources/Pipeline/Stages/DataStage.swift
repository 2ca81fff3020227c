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
    if case .tables(let train, let dev) = task.files {
      settings.format = .glue
      settings.reading = task.format == usual ? nil : task.format
      let files = [train] + (dev.map { [$0] } ?? [])
      settings.files = files == ["train.tsv", "dev.tsv"] ? nil : files
    }
    return settings
  }

  func run(_ runner: StageRunner) async throws -> StageRecord<Splits> {
    try await runner.run(
      "split", settings: settings, inputs: input.files
    ) {
      let parts = try self.parts()
      var outputs: [URL] = []
      for (name, rows) in [("train", parts.train), ("selection", parts.selection), ("dev", parts.dev)] {
        let cut = source.limit.map { DataSplit.sample(rows, count: $0, seed: seed) } ?? rows
        guard !cut.isEmpty else { throw PipelineError.emptySplit(name: name, rows: parts.total) }
        let url = runner.folder.split(name)
        try runner.folder.makeParent(of: url)
        try Self.write(cut, to: url)
        outputs.append(url)
      }
      let count = { (rows: [LabelledSentence]) in min(rows.count, source.limit ?? rows.count) }
      let splits = Splits(
        rows: Splits.Rows(train: count(parts.train), selection: count(parts.selection), dev: count(parts.dev)),
        total: parts.total)
      return (splits, outputs)
    }
  }

  private struct Parts {
    var train: [LabelledSentence]
    var selection: [LabelledSentence]
    var dev: [LabelledSentence]
    var total: Int
  }

  private func parts() throws -> Parts {
    switch task.files {
    case .tables(let trainFile, let devFile?):
      let train = try read(trainFile)
      let dev = try read(devFile)
      let (selection, rest) = DataSplit.holdOut(source.selectionFraction, of: train, seed: seed)
      return Parts(train: rest, selection: selection, dev: dev, total: train.count + dev.count)
    case .tables(let file, nil): return split(try read(file))
    case .movieSnippets:
      let file = input.directory.appending(path: "movieReviewSnippets_GroundTruth.txt")
      return split(try MovieSnippets.read(file))
    }
  }

  private func read(_ file: String) throws -> [LabelledSentence] {
    try ExampleFile.read(input.directory.appending(path: file).path(percentEncoded: false), task.format)
  }

  /// Data without a dev file.
  private func split(_ all: [LabelledSentence]) -> Parts {
    let fractions = [source.devFraction, source.selectionFraction, 1 - source.devFraction - source.selectionFraction]
    let parts = DataSplit.split(all, fractions: fractions, seed: seed)
    return Parts(train: parts[2], selection: parts[1], dev: parts[0], total: all.count)
  }

  private static func write(_ rows: [LabelledSentence], to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(to: url) { file in
      for row in rows {
        try file.write(try encoder.encode(SplitRow(row)))
        try file.write("\n")
      }
    }
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
