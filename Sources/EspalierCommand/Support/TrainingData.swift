import Foundation
import Pipeline
import Text
import Training

/// What a command trains on.
struct TrainingData {
  /// A file, or - for the standard input.
  let train: String
  /// What chooses the epoch; nil for a part of `train`.
  let selection: String?
  let format: ExampleFormat
  let maximumLength: Int

  /// Read row by row, so that they need not fit in memory, but for a stream that something is to be held out of.
  func texts(_ tokenizer: any Tokenizer, seed: UInt64) throws -> (train: TokenizedText, selection: TokenizedText) {
    func text(_ path: String) throws -> TokenizedText {
      try TokenizedText(reading: path, format, tokenizer: tokenizer, maximumLength: maximumLength)
    }
    if let selection { return (try text(train), try text(selection)) }
    let (held, rest) = try DataSplit.holdOut(0.05, of: try ExampleSource(rereading: train, format), seed: seed)
    func text(_ rows: ExampleSource) throws -> TokenizedText {
      try TokenizedText(
        rows, tokenizer: tokenizer, maximumLength: maximumLength, kind: format.kind ?? .singleLabel,
        classCount: format.labels.count)
    }
    return (try text(rest), try text(held))
  }

  private struct Settings: Encodable {
    var configuration: TrainingConfiguration
    var format: ExampleFormat
    var maximumLength: Int
  }

  /// A folder beside the output for the checkpoints of this training alone: of these settings, this data and these models.
  /// Nil where the data is a stream, which can't be read again.
  func checkpoints(
    _ configuration: TrainingConfiguration, models: [URL], output: URL
  ) throws -> URL? {
    let settings = Settings(configuration: configuration, format: format, maximumLength: maximumLength)
    var sums = [try Fingerprint.value(settings)]
    for path in [train] + (selection.map { [$0] } ?? []) {
      // What can't be read at all is told by its reader.
      guard path != "-", let sum = try? Fingerprint.file(URL(filePath: path)) else { return nil }
      sums.append(sum)
    }
    for model in models { sums.append(try Fingerprint.value(try Fingerprint.directory(model))) }
    let key = try Fingerprint.value(sums).prefix(8)
    return output.deletingLastPathComponent().appending(path: "\(output.lastPathComponent)-checkpoints-\(key)")
  }
}
