import enum Measurement.Metric

/// `README.md` of a model directory: what was measured of it, and how it was made, from the results alone.
///
/// The metadata at its head are those that the Hugging Face Hub reads.
///
/// - SeeAlso: https://huggingface.co/docs/hub/model-cards
public struct ModelCard: Sendable {
  let results: ShowdownResults
  let variant: VariantResult
  /// The Hub's readers expect English.
  private let words: English

  /// Nil unless the results have a variant of this name that was measured in this run.
  public init?(_ results: ShowdownResults, variant name: String) {
    guard let variant = results.variants.first(where: { $0.name == name }), variant.role != .reference else {
      return nil
    }
    self.results = results
    self.variant = variant
    words = English(measure: results.measure)
  }

  public var markdown: String {
    var parts = [
      ModelCardMetadata(card: self).text + "\n# \(DataTable.escapedMarkdown("\(results.title): \(variant.shownTitle)"))"
    ]
    parts.append(DataTable.escapedMarkdown(origin.joined(separator: " ")))
    parts.append("## Measured\n\n" + figures.markdown)
    parts.append(DataTable.escapedMarkdown(remarks.joined(separator: " ")))
    parts.append("## Use\n\n```sh\necho 'a fine film' | espalier predict DIRECTORY\n```")
    if let facts = MethodNotes(results, words).factTable { parts.append("## Run\n\n" + facts.markdown) }
    return parts.map { $0.hasSuffix("\n") ? String($0.dropLast()) : $0 }.joined(separator: "\n\n") + "\n"
  }

  /// How it was made, in sentences.
  private var origin: [String] {
    var sentences: [String] = []
    let start = [results.model, results.dataset?.name].compactMap { $0 }.joined(separator: " trained on ")
    if !start.isEmpty {
      sentences.append("\(results.measure.isOfNumbers ? "A regression of texts" : "A text classifier"): \(start).")
    }
    if let removed = variant.removedLayers, !removed.isEmpty {
      let list = removed.map(String.init).joined(separator: ", ")
      sentences.append("Encoder layers removed, counted from 0: \(list).")
    }
    if let precision = variant.precision { sentences.append("Its weights are \(precision).") }
    if variant.hasRandomWeights { sentences.append("They are random: it is good for measuring sizes and times alone.") }
    switch variant.division(against: results.baseline) {
    case .closed: sentences.append("Nothing was trained for that; the baseline's weights were converted.")
    case .open: sentences.append("It was trained again.")
    case nil: break
    }
    if variant.role == .control {
      sentences.append("It is a control, which answers whether the method did it, and not meant to be used.")
    }
    return sentences
  }

  private var figures: DataTable {
    var rows: [[String]] = []
    func add(_ name: String, _ value: String?) {
      if let value, value != NumberText.missing { rows.append([name, value]) }
    }
    let split = results.reportedSplit.map { " on \($0)" } ?? ""
    add("\(words.accuracy)\(split)", AccuracyText.accuracy(variant.judged, of: variant, words))
    add("its \(results.confidenceText) interval", AccuracyText.interval(variant.judgedInterval, of: variant))
    if variant.role != .baseline {
      add("Difference from the unpruned FP32 model, points", AccuracyText.difference(of: variant))
      add(
        results.measure == .accuracy ? "McNemar's p, after Holm" : "p of a paired randomisation test, after Holm",
        variant.hasRandomWeights ? nil : (variant.pValueHolm ?? variant.pValue).map(NumberText.pValue))
      add("Same prediction as that model", AccuracyText.figure(variant.agreement, 4, of: variant))
    }
    if results.measure != .accuracy { add("Accuracy", AccuracyText.figure(variant.accuracy, 4, of: variant)) }
    add("Pearson correlation", AccuracyText.figure(variant.pearson, 4, of: variant))
    add("Spearman correlation", AccuracyText.figure(variant.spearman, 4, of: variant))
    add("Mean squared error", AccuracyText.figure(variant.meanSquaredError, 4, of: variant))
    add("Macro F1", AccuracyText.figure(variant.macroF1, 4, of: variant))
    add("Micro F1", AccuracyText.figure(variant.microF1, 4, of: variant))
    add("F1", AccuracyText.figure(variant.f1, 4, of: variant))
    add("Matthews correlation", AccuracyText.figure(variant.mcc, 4, of: variant))
    add("Expected calibration error", AccuracyText.figure(variant.calibrationError, 4, of: variant))
    add("Layers", variant.layers.map(String.init))
    add("Parameters", variant.parameterCount.map(NumberText.grouped))
    add("Bytes needed for inference", variant.sizeBytes.map(NumberText.grouped))
    add("Median latency, ms", variant.latency.map { NumberText.significant($0.p50) })
    add("Latency against the baseline's", ResultTables.ratio(variant.latency?.p50, results.baseline?.latency?.p50))
    add("Peak resident memory, MB", variant.peakMemoryBytes.map(NumberText.megabytes))
    return DataTable(columns: [.text("What"), .number("Value")], rows: rows)
  }

  private var remarks: [String] {
    var remarks = [MethodNotes(results, words).units]
    for split in results.splits ?? [] {
      let rows = split.rows.map { ", \(NumberText.grouped($0)) rows" } ?? ""
      remarks.append("Split \(split.name)\(rows): \(split.purpose).")
    }
    return remarks
  }
}
