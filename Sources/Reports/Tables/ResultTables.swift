import enum Measurement.Metric

/// The tables of a report, each made from the same results for Markdown and HTML.
struct ResultTables {
  /// In the language of `words`.
  let results: ShowdownResults
  let words: any Phrases

  init(_ results: ShowdownResults, _ words: any Phrases) {
    self.results = results
    self.words = words
  }

  /// The columns of the study, in its order. What ran on no GPU is "N/A" there.
  var study: DataTable {
    DataTable(
      columns: studyColumns,
      rows: results.variants.map { variant in
        [
          variant.shownTitle,
          variant.sizeBytes.map(NumberText.megabytes) ?? NumberText.missing,
          variant.gpu == nil ? NumberText.missing : AccuracyText.accuracy(variant.gpu?.accuracy, of: variant, words),
          variant.gpu?.latency.map { NumberText.fixed($0.p50, 2) } ?? NumberText.missing,
          variant.gpu?.peakMemoryBytes.map(NumberText.megabytes) ?? NumberText.missing,
          AccuracyText.accuracy(variant.judged, of: variant, words),
          variant.latency.map { NumberText.fixed($0.p50, 2) } ?? NumberText.missing,
        ]
      }, rowClasses: rowClasses)
  }

  var studyColumns: [DataTable.Column] {
    [
      .text(words.model), .number(words.sizeMB), .number(words.accuracyGPU), .number(words.latencyGPU),
      .number(words.peakGPU), .number(words.accuracyCPU), .number(words.latencyCPU),
    ]
  }

  /// What one reads first: the choice between the variants.
  var overview: DataTable {
    let baseline = results.baseline
    return DataTable(
      columns: [
        .text(words.model), .number(words.layers), .text(words.weights), .text(words.division), .number(words.sizeMB),
        .number(words.accuracy), .number(words.interval(results.confidenceText)), .number(words.differencePoints),
        .number(words.pHolm), .number(words.p50), .number(words.timeRatio), .number(words.peakMB),
      ],
      rows: results.variants.map { variant in
        [
          variant.shownTitle,
          variant.layers.map(String.init) ?? NumberText.missing,
          variant.precision.map(words.weightFormat) ?? NumberText.missing,
          variant.role == .baseline
            ? "—" : variant.division(against: baseline).map(words.divisionName) ?? NumberText.missing,
          variant.sizeBytes.map(NumberText.megabytes) ?? NumberText.missing,
          AccuracyText.accuracy(variant.judged, of: variant, words),
          AccuracyText.interval(variant.judgedInterval, of: variant),
          AccuracyText.difference(of: variant),
          AccuracyText.pValue(of: variant),
          variant.latency.map { NumberText.significant($0.p50) } ?? NumberText.missing,
          Self.ratio(variant.latency?.p50, baseline?.latency?.p50),
          variant.peakMemoryBytes.map(NumberText.megabytes) ?? NumberText.missing,
        ]
      }, rowClasses: rowClasses)
  }

  /// The models: how each was made, and its figures.
  var classification: DataTable {
    let figures = self.figures
    var columns: [DataTable.Column] = [
      .text(words.model), .text(words.role), .text(words.removedLayers), .number(words.epochs),
      .number(words.beforeRetraining),
    ]
    if hasRows { columns.append(.number(words.correct)) }
    columns += figures.map { DataTable.Column.number($0.title) }
    return DataTable(
      columns: columns,
      rows: results.variants.map { variant in
        var cells = [
          variant.shownTitle, words.roleName(variant.role), layers(variant.removedLayers ?? []),
          variant.epochs.map { NumberText.trimmed($0, 2) } ?? NumberText.missing,
          AccuracyText.figure(variant.accuracyBeforeRefinetuning, 4, of: variant),
        ]
        if hasRows { cells.append(correct(variant)) }
        return cells + figures.map { AccuracyText.figure($0.value(variant), 4, of: variant) }
      }, rowClasses: rowClasses)
  }

  /// Whether rows are right or wrong, which numbers never are.
  private var hasRows: Bool { !results.measure.isOfNumbers }

  private typealias NamedFigure = (title: String, value: (VariantResult) -> Double?)

  /// Those of one class a row, with all that any variant has of other tasks.
  private var figures: [NamedFigure] {
    let others: [NamedFigure] = [
      (words.pearson, { $0.pearson }), (words.spearman, { $0.spearman }),
      (words.meanSquaredError, { $0.meanSquaredError }), (words.macroF1, { $0.macroF1 }),
      (words.microF1, { $0.microF1 }),
    ]
    let ofClasses: [NamedFigure] = [
      (words.f1, { $0.f1 }), (words.mcc, { $0.mcc }), (words.logLoss, { $0.logLoss }),
      (words.calibrationError, { $0.calibrationError }),
    ]
    func isKnown(_ figure: NamedFigure) -> Bool { results.variants.contains { figure.value($0) != nil } }
    let known = others.filter(isKnown)
    let isJudgedOtherwise = results.measure != .accuracy
    let accuracy: [NamedFigure] = isJudgedOtherwise ? [(words.accuracyItself, { $0.accuracy })] : []
    return known + (isJudgedOtherwise ? (accuracy + ofClasses).filter(isKnown) : ofClasses)
  }

  /// Row by row against the baseline; nil where nothing was compared, or the weights are random.
  var pairs: DataTable? {
    let compared = results.variants.enumerated().filter {
      $0.element.role != .baseline && $0.element.difference != nil && !$0.element.hasRandomWeights
    }
    guard !compared.isEmpty else { return nil }
    let classes = rowClasses
    return DataTable(
      columns: [
        .text(words.model), .number(words.differencePoints), .number(words.agreement), .number(words.fixedRows),
        .number(words.brokenRows), .number(words.pPaired), .number(words.pHolm),
      ],
      rows: compared.map { _, variant in
        [
          variant.shownTitle, AccuracyText.difference(of: variant),
          AccuracyText.figure(variant.agreement, 4, of: variant),
          variant.fixed.map(NumberText.grouped) ?? NumberText.missing,
          variant.broken.map(NumberText.grouped) ?? NumberText.missing,
          variant.pValue.map(NumberText.pValue) ?? NumberText.missing,
          variant.pValueHolm.map(NumberText.pValue) ?? NumberText.missing,
        ]
      },
      rowClasses: Dictionary(
        uniqueKeysWithValues: compared.enumerated().compactMap { place, row in
          classes[row.offset].map { (place, $0) }
        }))
  }

  /// Models of quantisation-aware training: what they were in training, and what their integers are. Nil without any.
  var quantizationTraining: DataTable? {
    let trained = results.variants.flatMap { variant in
      [variant.quantizationTraining, variant.quantizationTrainingReported].compactMap { $0 }.map { (variant, $0) }
    }
    guard !trained.isEmpty else { return nil }
    return DataTable(
      columns: [
        .text(words.model), .text(words.split), .number(words.sentences), .number(words.accuracyFakeQuantized),
        .number(words.accuracyIntegers), .number(words.samePrediction),
      ],
      rows: trained.map { variant, training in
        [
          variant.shownTitle, training.split, NumberText.grouped(training.sentences),
          AccuracyText.figure(training.fakeQuantizedAccuracy, 4, of: variant),
          AccuracyText.figure(training.convertedAccuracy, 4, of: variant),
          training.agreement.map { NumberText.fixed(100 * $0, 2) + " %" } ?? NumberText.missing,
        ]
      })
  }

  /// The times in full.
  var speed: DataTable {
    DataTable(
      columns: [
        .text(words.model), .number(words.p50), .number(words.p90), .number(words.p99), .number(words.mean),
        .number(words.standardDeviation), .number(words.calls), .number(words.sentencesPerSecond),
        .number(words.parameters), .number(words.bytes),
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
      }, rowClasses: rowClasses)
  }

  /// `counts[actual][predicted]` with the names of the classes where they are known.
  func confusion(_ counts: [[Int]]) -> DataTable {
    func name(_ index: Int) -> String {
      results.dataset?.labels.flatMap { $0.indices.contains(index) ? $0[index] : nil } ?? String(index)
    }
    return DataTable(
      columns: [.text(words.trueClass)] + counts.indices.map { .number(words.predicted(name($0))) },
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

  /// "1, 3"
  func layers(_ layers: [Int]) -> String {
    layers.isEmpty ? words.none : layers.map(String.init).joined(separator: words.listSeparator)
  }

  private func correct(_ variant: VariantResult) -> String {
    guard let count = variant.count else { return NumberText.missing }
    let correct = variant.hasRandomWeights ? nil : variant.correct
    return words.correct(correct.map(NumberText.grouped) ?? "–", of: NumberText.grouped(count))
  }

  var rowClasses: [Int: String] {
    Dictionary(
      uniqueKeysWithValues: results.variants.enumerated().map { ($0.offset, "role-\($0.element.role.rawValue)") })
  }
}
