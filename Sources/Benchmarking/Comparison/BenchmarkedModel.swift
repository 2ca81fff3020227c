package import Bert
package import FoundationEssentials
package import Text

/// A model that is to be measured.
package struct BenchmarkedModel: Sendable {
  /// As the tables call it.
  package var name: String
  package var directory: URL
  package var configuration: BertConfiguration
  /// Formats of its matrices, such as "F32", "I8".
  package var weights: String
  /// Of all files that inference needs.
  package var diskBytes: Int

  /// - Throws: `BertError` for a directory that can't be run.
  package init(name: String, directory: URL, diskBytes: Int) throws(BertError) {
    let checkpoint = try Checkpoint(modelDirectory: directory)
    try checkpoint.validate(requireClassifier: true)
    self.name = name
    self.directory = directory
    self.diskBytes = diskBytes
    configuration = checkpoint.configuration
    let matrices = checkpoint.names.filter { (checkpoint.shape(of: $0)?.count ?? 0) > 1 }
    weights = Set(matrices.compactMap { Self.format(of: $0, in: checkpoint) }).sorted().joined(separator: ", ")
  }

  private static func format(of name: String, in checkpoint: Checkpoint) -> String? {
    guard checkpoint.isFourBit(name) else { return checkpoint.dtype(of: name)?.rawValue }
    if case .nf4 = checkpoint.configuration.quantization?.format(of: name) { return "NF4" }
    return "I4"
  }

  /// Whether other engines can take it: their converters read matrices of floats of 32 bits.
  package var isFloat32: Bool { configuration.quantization == nil && weights == "F32" }

  /// What the tables call each of some directories: its last parts, as many as tell it from the others.
  package static func names(of directories: [URL]) -> [String] {
    let parts = directories.map { $0.standardizedFileURL.pathComponents.filter { $0 != "/" } }
    return parts.indices.map { place in
      let own = parts[place]
      for count in 1...max(1, own.count) {
        let name = own.suffix(count).joined(separator: "/")
        if parts.indices.allSatisfy({ $0 == place || parts[$0].suffix(count).joined(separator: "/") != name }) {
          return name
        }
      }
      return own.joined(separator: "/")
    }
  }

  /// Sentences of the shapes, then those of `texts`. Segments of pairs are left out: to know them takes no time.
  ///
  /// - Parameters:
  ///   - vocabularySize: ids stay below it, for all models the same.
  ///   - texts: nil for none.
  ///   - maximumLength: of such a sentence in tokens; longer ones are cut.
  /// - Throws: ``BenchmarkError`` for a shape that the model has no positions for, `TextError` for its tokenizer.
  package func workloads(
    _ shapes: [BatchShape], vocabularySize: Int, texts: [PlainText]?, maximumLength: Int
  ) throws -> [Workload] {
    var workloads = shapes.map {
      Workload.fixed(batch: $0.batch, tokens: $0.tokens, vocabularySize: vocabularySize)
    }
    if let texts {
      let tokenizer = try ModelTokenizer.read(modelDirectory: directory, vocabSize: configuration.vocabSize)
      let limit = min(maximumLength, configuration.maximumLength)
      workloads.append(
        Workload(
          name: "ragged \(texts.count)", kind: .dataset,
          sentences: texts.map { tokenizer.encode($0.text, pair: $0.pair, maximumLength: limit).ids },
          labels: [Int32](repeating: 0, count: texts.count)))
    }
    for workload in workloads {
      let tokens = workload.sentences.map(\.count).max() ?? 0
      guard tokens <= configuration.maximumLength else {
        throw BenchmarkError.tooLong(
          model: name, workload: workload.name, tokens: tokens, limit: configuration.maximumLength)
      }
    }
    return workloads
  }
}
