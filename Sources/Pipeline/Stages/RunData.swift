import FoundationEssentials
import Text

/// The splits of a run, tokenised when asked for.
struct RunData {
  let folder: RunFolder
  let tokenizer: any Tokenizer
  let maximumLength: Int
  let classCount: Int
  /// Of the files of the splits.
  let sums: [String: String]

  func train() throws -> TokenizedText { try text("train") }
  func selection() throws -> TokenizedText { try text("selection") }
  /// For the evaluation alone.
  func dev() throws -> TokenizedText { try text("dev") }

  /// Some sentences of the selection split, drawn by the seed.
  func selection(count: Int, seed: UInt64) throws -> TokenizedText { try text("selection", count: count, seed: seed) }

  /// Sentences of the training split, drawn by the seed.
  func calibration(count: Int, seed: UInt64) throws -> TokenizedText {
    try text("train", count: count, seed: seed)
  }

  private func text(_ split: String, count: Int, seed: UInt64) throws -> TokenizedText {
    let sentences = try LabelledText.read(folder.split(split), classCount: classCount)
    return TokenizedText(
      DataSplit.sample(sentences, count: count, seed: seed), tokenizer: tokenizer, maximumLength: maximumLength)
  }

  private func text(_ split: String) throws -> TokenizedText {
    let sentences = try LabelledText.read(folder.split(split), classCount: classCount)
    return TokenizedText(sentences, tokenizer: tokenizer, maximumLength: maximumLength)
  }
}
