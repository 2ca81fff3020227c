import FoundationEssentials
import Measurement
import Text

/// The splits of a run, tokenised when asked for.
struct RunData {
  let folder: RunFolder
  let tokenizer: any Tokenizer
  let maximumLength: Int
  let kind: TargetKind
  let classCount: Int
  /// What models are judged by.
  let metric: Metric
  /// Of the files of the splits.
  let sums: [String: String]

  func train() throws -> TokenizedText { try text("train") }
  func selection() throws -> TokenizedText { try text("selection") }
  /// For the evaluation alone.
  func dev() throws -> TokenizedText { try text("dev") }
  /// Another split that is reported on, for that alone.
  func reported(_ split: String) throws -> TokenizedText { try text(split) }

  /// Some sentences of the selection split, drawn by the seed.
  func selection(count: Int, seed: UInt64) throws -> TokenizedText { try text("selection", count: count, seed: seed) }

  /// Sentences of the training split, drawn by the seed.
  func calibration(count: Int, seed: UInt64) throws -> TokenizedText {
    try text("train", count: count, seed: seed)
  }

  private func text(_ split: String, count: Int, seed: UInt64) throws -> TokenizedText {
    try TokenizedText(
      try ExampleSource(path(split), format).sample(count, seed: seed), tokenizer: tokenizer,
      maximumLength: maximumLength, kind: kind, classCount: classCount)
  }

  private func text(_ split: String) throws -> TokenizedText {
    try TokenizedText(
      reading: path(split), format, tokenizer: tokenizer, maximumLength: maximumLength)
  }

  /// The texts of a split, or the first of them.
  func sentences(_ split: String, first count: Int = .max) throws -> [LabelledSentence] {
    var reader = try ExampleSource(path(split), format).reader()
    var found: [LabelledSentence] = []
    while found.count < count, let sentence = try reader.next() { found.append(sentence) }
    return found
  }

  private func path(_ split: String) -> String { folder.split(split).path(percentEncoded: false) }
  private var format: ExampleFormat { DataTask.splitFormat(kind, classCount: classCount) }

  /// Nil for accuracy: what depends on the metric then has the fingerprint that it always had.
  var otherMetric: Metric? { metric == .accuracy ? nil : metric }
}
