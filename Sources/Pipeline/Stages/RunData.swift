import FoundationEssentials
import Text

/// The splits of a run, tokenised when asked for.
struct RunData {
  let folder: RunFolder
  let tokenizer: WordPieceTokenizer
  let maximumLength: Int
  let classCount: Int
  /// Of the files of the splits.
  let sums: [String: String]

  func train() throws -> TokenizedText { try text("train") }
  func selection() throws -> TokenizedText { try text("selection") }

  private func text(_ split: String) throws -> TokenizedText {
    let sentences = try LabelledText.read(folder.split(split), classCount: classCount)
    return TokenizedText(sentences, tokenizer: tokenizer, maximumLength: maximumLength)
  }
}
