/// The tables of a report, each made from the same results for Markdown and HTML.
enum ResultTables {
  /// The columns of the study, in its order. What ran on no GPU is "N/A" there.
  static func study(_ results: ShowdownResults) -> DataTable {
    DataTable(
      columns: [
        .text("Model"), .number("Size (MB)"), .number("Accuracy (GPU)"), .number("Latency (GPU, ms)"),
        .number("Peak GPU Mem (MB)"), .number("Accuracy (CPU)"), .number("Latency (CPU, ms)"),
      ],
      rows: results.variants.map { variant in
        [
          variant.shownTitle,
          variant.sizeBytes.map(NumberText.megabytes) ?? NumberText.missing,
          variant.gpu == nil ? NumberText.missing : AccuracyText.accuracy(variant.gpu?.accuracy, of: variant),
          variant.gpu?.latency.map { NumberText.fixed($0.p50, 2) } ?? NumberText.missing,
          variant.gpu?.peakMemoryBytes.map(NumberText.megabytes) ?? NumberText.missing,
          AccuracyText.accuracy(variant.accuracy, of: variant),
          variant.latency.map { NumberText.fixed($0.p50, 2) } ?? NumberText.missing,
        ]
      }, rowClasses: rowClasses(results))
  }

  /// What one reads first: the choice between the variants.
  static func overview(_ results: ShowdownResults) -> DataTable {
    let baseline = results.baseline
    return DataTable(
      columns: [
        .text("Model"), .number("Layers"), .text("Weights"), .text("Division"), .number("Size (MB)"),
        .number("Accuracy"),
        .number("\(results.confidenceText) interval"), .number("Difference (points)"), .number("p (Holm)"),
        .number("p50 (ms)"), .number("Time ratio"), .number("Peak (MB)"),
      ],
      rows: results.variants.map { variant in
        [
          variant.shownTitle,
          variant.layers.map(String.init) ?? NumberText.missing,
          variant.precision ?? NumberText.missing,
          variant.role == .baseline ? "—" : variant.division(against: baseline)?.rawValue ?? NumberText.missing,
          variant.sizeBytes.map(NumberText.megabytes) ?? NumberText.missing,
          AccuracyText.accuracy(variant.accuracy, of: variant),
          AccuracyText.interval(variant.accuracyInterval, of: variant),
          AccuracyText.difference(of: variant),
          variant.role == .baseline
            ? "—"
            : variant.hasRandomWeights
              ? NumberText.missing
              : (variant.mcnemarPHolm ?? variant.mcnemarP).map(NumberText.pValue) ?? NumberText.missing,
          variant.latency.map { NumberText.significant($0.p50) } ?? NumberText.missing,
          ratio(variant.latency?.p50, baseline?.latency?.p50),
          variant.peakMemoryBytes.map(NumberText.megabytes) ?? NumberText.missing,
        ]
      }, rowClasses: rowClasses(results))
  }

  /// The classifiers: how each was made, and its figures.
  static func classification(_ results: ShowdownResults) -> DataTable {
    DataTable(
      columns: [
        .text("Model"), .text("Role"), .text("Removed layers"), .number("Epochs"), .number("Before re-training"),
        .number("Correct"), .number("F1"), .number("MCC"), .number("Log loss"), .number("ECE"),
      ],
      rows: results.variants.map { variant in
        [
          variant.shownTitle, variant.role.rawValue,
          variant.removedLayers.map { $0.isEmpty ? "none" : $0.map(String.init).joined(separator: ", ") } ?? "none",
          variant.epochs.map { NumberText.trimmed($0, 2) } ?? NumberText.missing,
          AccuracyText.figure(variant.accuracyBeforeRefinetuning, 4, of: variant),
          correct(variant),
          AccuracyText.figure(variant.f1, 4, of: variant), AccuracyText.figure(variant.mcc, 4, of: variant),
          AccuracyText.figure(variant.logLoss, 4, of: variant),
          AccuracyText.figure(variant.calibrationError, 4, of: variant),
        ]
      }, rowClasses: rowClasses(results))
  }

  /// Row by row against the baseline; nil where nothing was compared, or the weights are random.
  static func pairs(_ results: ShowdownResults) -> DataTable? {
    let compared = results.variants.enumerated().filter {
      $0.element.role != .baseline && $0.element.difference != nil && !$0.element.hasRandomWeights
    }
    guard !compared.isEmpty else { return nil }
    let classes = rowClasses(results)
    return DataTable(
      columns: [
        .text("Model"), .number("Difference (points)"), .number("Agreement"), .number("Fixed rows"),
        .number("Broken rows"), .number("p (McNemar)"), .number("p (Holm)"),
      ],
      rows: compared.map { _, variant in
        [
          variant.shownTitle, AccuracyText.difference(of: variant),
          AccuracyText.figure(variant.agreement, 4, of: variant),
          variant.fixed.map(NumberText.grouped) ?? NumberText.missing,
          variant.broken.map(NumberText.grouped) ?? NumberText.missing,
          variant.mcnemarP.map(NumberText.pValue) ?? NumberText.missing,
          variant.mcnemarPHolm.map(NumberText.pValue) ?? NumberText.missing,
        ]
      },
      rowClasses: Dictionary(
        uniqueKeysWithValues: compared.enumerated().compactMap { place, row in
          classes[row.offset].map { (place, $0) }
        }))
  }

  static let quantizationTrainingTitle = "Trained to be rounded, and rounded"

  /// Models of quantisation-aware training: what they were in training, and what their integers are. Nil without any.
  static func quantizationTraining(_ results: ShowdownResults) -> DataTable? {
    let trained = results.variants.compactMap { variant in variant.quantizationTraining.map { (variant, $0) } }
    guard !trained.isEmpty else { return nil }
    return DataTable(
      columns: [
        .text("Model"), .text("Split"), .number("Sentences"), .number("Accuracy, fake-quantised"),
        .number("Accuracy, integers"), .number("Same prediction"),
      ],
      rows: trained.map { variant, training in
        [
          variant.shownTitle, training.split, NumberText.grouped(training.sentences),
          AccuracyText.figure(training.fakeQuantizedAccuracy, 4, of: variant),
          AccuracyText.figure(training.convertedAccuracy, 4, of: variant),
          NumberText.fixed(100 * training.agreement, 2) + " %",
        ]
      })
  }

  /// The times in full.
  static func speed(_ results: ShowdownResults) -> DataTable {
    DataTable(
      columns: [
        .text("Model"), .number("p50 (ms)"), .number("p90 (ms)"), .number("p99 (ms)"), .number("Mean (ms)"),
        .number("SD (ms)"), .number("Calls"), .number("Sentences/s"), .number("Parameters"), .number("Bytes"),
      ],
      rows: results.variants.map { variant in
        [
          variant.shownTitle,
          variant.latency.map { NumberText.significant($0.p50) } ?? NumberText.missing,
          variant.latency.map { NumberText.significant($0.p90) } ?? NumberText.missing,
          variant.latency.map { NumberText.significant($0.p99) } ?? NumberText.missing,
          variant.latency?.mean.map(NumberText.significant) ?? NumberText.missing,
          variant.latency?.standardDeviation.map(NumberText.significant) ?? NumberText.missing,
          variant.latency?.count.map(NumberText.grouped) ?? NumberText.missing,
          variant.throughput.map(NumberText.significant) ?? NumberText.missing,
          variant.parameterCount.map(NumberText.grouped) ?? NumberText.missing,
          variant.sizeBytes.map(NumberText.grouped) ?? NumberText.missing,
        ]
      }, rowClasses: rowClasses(results))
  }

  /// `counts[actual][predicted]` with the names of the classes where they are known.
  static func confusion(_ counts: [[Int]], labels: [String]?) -> DataTable {
    func name(_ index: Int) -> String {
      labels.flatMap { $0.indices.contains(index) ? $0[index] : nil } ?? String(index)
    }
    return DataTable(
      columns: [.text("True class")] + counts.indices.map { .number("Predicted \(name($0))") },
      rows: counts.enumerated().map { index, row in
        // A ragged matrix out of a file must not break the table.
        let cells = row.prefix(counts.count).map(NumberText.grouped)
        return [name(index)] + cells + [String](repeating: NumberText.missing, count: counts.count - cells.count)
      })
  }

  static func ratio(_ value: Double?, _ baseline: Double?) -> String {
    guard let value, let baseline, baseline > 0 else { return NumberText.missing }
    return NumberText.fixed(value / baseline, 2) + "×"
  }

  private static func correct(_ variant: VariantResult) -> String {
    guard let correct = variant.correct, let count = variant.count, !variant.hasRandomWeights else {
      return variant.count.map { "– of \(NumberText.grouped($0))" } ?? NumberText.missing
    }
    return "\(NumberText.grouped(correct)) of \(NumberText.grouped(count))"
  }

  private static func rowClasses(_ results: ShowdownResults) -> [Int: String] {
    Dictionary(
      uniqueKeysWithValues: results.variants.enumerated().map { ($0.offset, "role-\($0.element.role.rawValue)") })
  }
}
