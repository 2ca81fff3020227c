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
  let format: Catalogue.Dataset.Format
  let labels: [String]
  let seed: UInt64
  let input: FetchedInput

  private struct Settings: Encodable {
    var source: DataSource
    var format: Catalogue.Dataset.Format
    var labels: [String]
    var seed: UInt64
  }

  func run(_ runner: StageRunner) async throws -> StageRecord<Splits> {
    try await runner.run(
      "split", settings: Settings(source: source, format: format, labels: labels, seed: seed), inputs: input.files
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
    switch format {
    case .glue:
      let train = try LabelledText.read(input.directory.appending(path: "train.tsv"), classCount: labels.count)
      let dev = try LabelledText.read(input.directory.appending(path: "dev.tsv"), classCount: labels.count)
      let (selection, rest) = DataSplit.holdOut(source.selectionFraction, of: train, seed: seed)
      return Parts(train: rest, selection: selection, dev: dev, total: train.count + dev.count)
    case .movieSnippets:
      let file = input.directory.appending(path: "movieReviewSnippets_GroundTruth.txt")
      let all = try LabelledText.movieSnippets(file)
      let fractions = [source.devFraction, source.selectionFraction, 1 - source.devFraction - source.selectionFraction]
      let parts = DataSplit.split(all, fractions: fractions, seed: seed)
      return Parts(
        train: parts[2], selection: parts[1], dev: parts[0], total: all.count)
    }
  }

  private static func write(_ rows: [LabelledSentence], to url: URL) throws {
    struct Row: Encodable {
      var sentence: String
      var label: Int
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(to: url) { file in
      for row in rows {
        try file.write(try encoder.encode(Row(sentence: row.text, label: row.label)))
        try file.write("\n")
      }
    }
  }
}
