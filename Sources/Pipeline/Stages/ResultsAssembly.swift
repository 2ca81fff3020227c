import Bert
import Compression
import Foundation
import Measurement
import Reports
import Text
import Training

/// A second split that is reported on, and what each variant said of it.
struct OtherDev {
  let name: String
  let rows: Int
  let predictions: [Predictions]
}

/// Makes the results from the records of the stages: statistics, and nothing measured anew.
struct ResultsAssembly {
  let recipe: Recipe
  /// What models are judged by.
  let metric: Metric
  let evaluation: EvaluationFindings
  let made: VariantStages.Made
  let otherDev: OtherDev?
  /// On dev, by variant.
  let agreements: [String: QuantizationTrainingFindings]
  /// Of the seeds after the first.
  let seeds: [SeedFindings]
  let splits: Splits
  /// What the catalogue says of the model that all come from.
  let pretrained: Catalogue.Model?
  let data: FetchedInput
  let dataTitle: String
  let labels: [String]
  /// Of the dev split, where the report may show them.
  let sentences: [String]?
  let command: String
  let commit: String?

  private var variants: [Variant] { made.variants.map(\.variant) }
  var isRandom: Bool { recipe.model.weights == .random }
  let confidence = 0.95
  private let reportedSplit = "dev"
  private let shownDisagreements = 100

  func results() throws -> ShowdownResults {
    var rows = try zip(variants, evaluation.models).map { try row($0, $1) }
    try compare(&rows, evaluation.models.map(\.predictions))
    try compareSeeds(&rows)
    var results = ShowdownResults(title: recipe.title, variants: rows)
    results.titles = recipe.titles.isEmpty ? nil : recipe.titles
    results.language = recipe.report.language == .english ? nil : recipe.report.language
    results.metric = metric == .accuracy ? nil : metric
    results.margin = recipe.report.margin
    results.model = recipe.model.name + (isRandom ? ", random weights" : "")
    results.modelRepository = pretrained?.hub?.repository
    results.modelLicence = pretrained?.licence
    results.recipe = recipe.name
    results.espalierVersion = Espalier.version
    results.commit = commit
    results.command = command
    results.date = evaluation.date
    results.seed = Int(recipe.seed)
    results.seeds = seeds.isEmpty ? nil : ([recipe.seed] + seeds.map(\.seed)).map(Int.init)
    results.threads = evaluation.threads
    results.machine = machine()
    results.dataset = DatasetDescription(
      name: recipe.data.name, description: dataTitle, licence: data.licence, labels: labels,
      files: data.files.sorted { $0.key < $1.key }.map { DatasetDescription.File(name: $0.key, sha256: $0.value) })
    results.splits = [
      SplitUse(name: "train", rows: splits.rows.train, purpose: FixedText.forTraining.text),
      SplitUse(
        name: "selection", rows: splits.rows.selection,
        purpose: (made.mixed.isEmpty ? FixedText.forChoosingLayers : .forChoosingLayersAndFormats).text),
      SplitUse(name: reportedSplit, rows: splits.rows.dev, purpose: FixedText.forReporting.text),
    ]
    results.reportedSplit = reportedSplit
    if let otherDev {
      results.splits?.append(
        SplitUse(name: otherDev.name, rows: otherDev.rows, purpose: FixedText.forReporting.text))
      results.otherSplit = try reported(otherDev)
    }
    results.confidence = confidence
    results.latencySubject =
      LatencySubject(
        sentences: evaluation.timedSentences, split: reportedSplit, medianTokens: evaluation.medianTokens,
        processes: recipe.evaluate.rounds
      ).text
    results.sensitivity = made.ablation.layers.map {
      Reports.LayerSensitivity(
        layer: $0.layer, accuracyDrop: $0.accuracyDrop, lossIncrease: $0.lossIncrease, klDivergence: $0.klDivergence)
    }
    results.sensitivitySplit = "selection"
    results.removedLayers = made.pruning.models[Variant.pruned.name]?.removed
    if !isRandom {
      results.depthCurve = depthCurve(rows)
      results.disagreements = disagreements()
    }
    results.notes = notes()
    return results
  }

  /// The variants by what they said of another split.
  private func reported(_ split: OtherDev) throws -> OtherSplit {
    var rows = try zip(variants, split.predictions).map { variant, predictions in
      var row = VariantResult(name: variant.name, title: variant.title, role: variant.role)
      row.randomWeights = isRandom ? true : nil
      try judge(&row, predictions)
      return row
    }
    try compare(&rows, split.predictions)
    return OtherSplit(name: split.name, variants: rows)
  }

  private func row(_ variant: Variant, _ model: EvaluationFindings.Model) throws -> VariantResult {
    var row = VariantResult(name: variant.name, title: variant.title, role: variant.role)
    row.randomWeights = isRandom ? true : nil
    try judge(&row, model.predictions)
    row.sizeBytes = model.sizeBytes
    row.peakMemoryBytes = model.peakMemoryBytes
    row.layers = model.layers
    row.parameterCount = model.parameterCount
    row.precision = variant.weights.precision
    row.epochs = Double(epochs(variant))
    row.throughput = model.throughput
    row.latencyByBatch = model.batches.map {
      BatchLatency(batch: $0.batch, tokens: $0.tokens, p50: 1000 * median(of: $0.seconds))
    }
    row.latencyByLength = model.lengths.map { lengths in
      lengths.map { LengthLatency(tokens: $0.tokens, p50: 1000 * median(of: $0.seconds)) }
    }
    let summary = try LatencySummary(seconds: model.seconds)
    let milliseconds = model.seconds.map { 1000 * $0 }
    row.latency = LatencyFigures(
      p50: 1000 * summary.p50, p90: 1000 * summary.p90, p99: 1000 * summary.p99, mean: 1000 * summary.mean,
      standardDeviation: 1000 * summary.standardDeviation, count: summary.count,
      p50Interval: Bounds(
        try Bootstrap(seed: recipe.seed, resamples: 1000, confidence: confidence).median(of: milliseconds)),
      roundSpread: roundSpread(model.seconds))
    let base = variant.source ?? variant.name
    row.removedLayers = made.pruning.models[base]?.removed
    row.accuracyBeforeRefinetuning = made.pruning.models[base]?.selectionAccuracy
    row.quantizationTraining = made.quantizationTraining[variant.name].map { training("selection", $0) }
    row.quantizationTrainingReported = agreements[variant.name].map { training(reportedSplit, $0) }
    row.mixedFormats = made.mixed[variant.name].map(formats)
    return row
  }

  /// All figures of what was said.
  private func judge(_ row: inout VariantResult, _ predictions: Predictions) throws {
    row.count = predictions.count
    switch predictions.targets.kind {
    case .singleLabel:
      let confusion = try predictions.confusion()
      row.f1 = confusion.f1
      row.mcc = confusion.matthewsCorrelation
      row.logLoss = try predictions.loss()
      row.calibrationError = try predictions.calibrationError()
      row.confusion = confusion.counts
    case .regression:
      row.pearson = try predictions.score(.pearson)
      row.spearman = try predictions.score(.spearman)
      row.meanSquaredError = try predictions.loss()
    case .multiLabel:
      row.macroF1 = try predictions.score(.macroF1)
      row.microF1 = try predictions.score(.microF1)
      row.logLoss = try predictions.loss()
    }
    if let isCorrect = predictions.answers.isCorrect {
      let correct = isCorrect.count { $0 }
      row.accuracy = predictions.accuracy
      row.accuracyInterval = Bounds(
        Interval.wilson(successes: correct, count: predictions.count, confidence: confidence))
      row.correct = correct
    }
    if metric != .accuracy {
      row.score = try predictions.score(metric)
      row.scoreInterval = Bounds(try bootstrap.interval(of: metric, predictions.answers))
    }
  }

  /// A metric of other kind than accuracy costs more a draw.
  private var bootstrap: Bootstrap {
    Bootstrap(seed: recipe.seed, resamples: metric == .accuracy ? 10_000 : 2000, confidence: confidence)
  }

  private func training(_ split: String, _ found: QuantizationTrainingFindings) -> QuantizationTraining {
    QuantizationTraining(
      split: split, sentences: found.sentences, fakeQuantizedAccuracy: found.fakeQuantizedAccuracy,
      convertedAccuracy: found.convertedAccuracy, agreement: found.agreement)
  }

  private func formats(_ found: MixedPrecision) -> MixedFormats {
    MixedFormats(
      split: "selection", sentences: found.sentences, sensitivitySentences: found.sensitivitySentences,
      maxDrop: found.maxDrop, accuracyDrop: found.accuracyDrop,
      parts: found.units.map { unit in
        MixedFormats.Part(
          name: unit.sensitivity.unit, chosen: unit.chosen.rawValue,
          options: unit.sensitivity.options.map {
            MixedFormats.Option(
              format: $0.precision.rawValue, bytes: $0.bytes, klDivergence: $0.klDivergence,
              lossIncrease: $0.lossIncrease, accuracyDrop: $0.accuracyDrop)
          })
      })
  }

  /// The largest median of a round over the smallest: each round times the same sentences.
  private func roundSpread(_ seconds: [Double]) -> Double? {
    let rounds = recipe.evaluate.rounds
    let size = seconds.count / rounds
    guard rounds > 1, size > 0, seconds.count == rounds * size else { return nil }
    let medians = (0..<rounds).map { median(of: Array(seconds[$0 * size..<($0 + 1) * size])) }
    guard let least = medians.min(), let largest = medians.max(), least > 0 else { return nil }
    return largest / least
  }

  /// The paired bootstrap, McNemar's exact test or, by other metrics, a paired randomisation, and Holm's correction, against
  /// the baseline.
  private func compare(_ rows: inout [VariantResult], _ said: [Predictions]) throws {
    guard let baseline = said.first else { return }
    for index in rows.indices.dropFirst() {
      let predictions = said[index]
      rows[index].difference = try predictions.score(metric) - baseline.score(metric)
      rows[index].differenceInterval = Bounds(
        try bootstrap.difference(of: metric, baseline: baseline.answers, variant: predictions.answers))
      rows[index].agreement = baseline.agreement(with: predictions)
      if metric != .accuracy {
        rows[index].randomizationP = try PairedRandomization(seed: recipe.seed, swaps: 2000).pValue(
          of: metric, baseline: baseline.answers, variant: predictions.answers)
      }
      guard let before = baseline.answers.isCorrect, let after = predictions.answers.isCorrect else { continue }
      let test = try McNemar(baseline: before, variant: after)
      rows[index].fixed = test.fixed
      rows[index].broken = test.broken
      rows[index].mcnemarP = test.pValue
    }
    correct(&rows, \.mcnemarP, \.mcnemarPHolm)
    correct(&rows, \.randomizationP, \.randomizationPHolm)
  }

  private func correct(
    _ rows: inout [VariantResult], _ plain: KeyPath<VariantResult, Double?>,
    _ corrected: WritableKeyPath<VariantResult, Double?>
  ) {
    let tested = rows.indices.filter { rows[$0][keyPath: plain] != nil }
    for (index, adjusted) in zip(tested, holmAdjusted(tested.compactMap { rows[$0][keyPath: plain] })) {
      rows[index][keyPath: corrected] = adjusted
    }
  }

  private func depthCurve(_ rows: [VariantResult]) -> [DepthPoint] {
    let layers = rows.first?.layers ?? 0
    // The whole model first: without it the curve would start one layer down.
    var points = ([made.ablation.accuracy] + made.pruning.byDepth).enumerated().map { removed, accuracy in
      DepthPoint(
        layers: layers - removed, accuracy: accuracy, kind: .prunedBefore,
        // Of other metrics than shares the rows themselves would be needed.
        interval: metric == .accuracy
          ? Bounds(
            Interval.wilson(
              successes: Int((accuracy * Double(made.ablation.sentences)).rounded()), count: made.ablation.sentences,
              confidence: confidence)) : nil, split: "selection")
    }
    let kinds: [(Variant, DepthPoint.Kind)] = [
      (.baseline, .baseline), (.longer, .unprunedLonger), (.pruned, .prunedAfter), (.top, .controlTop),
      (.random, .controlRandom),
    ]
    for (variant, kind) in kinds {
      guard let row = rows.first(where: { $0.name == variant.name }), let accuracy = row.score ?? row.accuracy,
        let layers = row.layers
      else { continue }
      points.append(
        DepthPoint(
          layers: layers, accuracy: accuracy, kind: kind,
          interval: row.score == nil ? row.accuracyInterval : row.scoreInterval,
          split: reportedSplit))
    }
    return points
  }

  /// The rows on which not all variants say the same: those first on which most variants that may be shipped, then most
  /// of all, leave the baseline.
  private func disagreements() -> Disagreements? {
    guard let baseline = evaluation.models.first?.predictions, baseline.targets.kind == .singleLabel else { return nil }
    let classes = evaluation.models.map(\.predictions.classes)
    let isControl = variants.map { $0.role == .control }
    let found = baseline.classes.indices.compactMap { index -> (row: Disagreements.Row, rank: (Int, Int))? in
      let said = classes.map { $0[index] }
      let leaving = said.indices.filter { said[$0] != said[0] }
      guard !leaving.isEmpty else { return nil }
      let row = Disagreements.Row(
        row: index, label: Int(baseline.labels[index]), predictions: said, sentence: sentences?[index])
      return (row, (leaving.count { !isControl[$0] }, leaving.count))
    }
    let ranked = found.sorted { ($1.rank.0, $1.rank.1, $0.row.row) < ($0.rank.0, $0.rank.1, $1.row.row) }
    return Disagreements(
      count: found.count, variants: variants.map(\.name), rows: ranked.prefix(shownDisagreements).map(\.row))
  }

  private func notes() -> [String] {
    var notes: [StandardNote] = []
    if isRandom { notes.append(.randomWeights) }
    if let limit = recipe.data.limit { notes.append(.cut(sentences: limit)) }
    if recipe.refinetune.distillation != nil { notes.append(.taughtByBaseline) }
    if !made.quantizationTraining.isEmpty {
      notes.append(
        .trainedToBeRounded(
          schemes: recipe.quantize.filter(\.needsTraining).map(\.title), epochs: recipe.qat.numTrainEpochs))
    }
    if recipe.data.name == "movie-snippets" { notes.append(.sameReviewsAsSST) }
    return notes.map(\.text)
  }

  private func epochs(_ variant: Variant) -> Int {
    let isAgain = (variant.source ?? variant.name) != Variant.baseline.name
    let isForRounding = made.quantizationTraining[variant.name] != nil
    return recipe.finetune.numTrainEpochs + (isAgain ? recipe.refinetune.numTrainEpochs : 0)
      + (isForRounding ? recipe.qat.numTrainEpochs : 0)
  }

  private func machine() -> MachineDescription {
    let found = evaluation.machine
    var machine = MachineDescription()
    machine.cpu = found.cpu
    machine.logicalCores = found.logicalCores
    machine.affinityCores = found.affinityCores
    machine.cpuQuota = found.cpuQuota
    machine.cpuFlags = found.cpuFlags
    machine.memoryBytes = found.memoryBytes
    machine.operatingSystem = found.operatingSystem
    machine.kernel = found.kernel
    machine.architecture = found.architecture
    machine.loadAverage = found.loadAverage
    machine.frequencyGovernor = found.frequencyGovernor
    machine.kernelInstructionSet = evaluation.instructionSet
    return machine
  }
}

extension Bounds {
  init(_ interval: Interval) { self.init(interval.lower, interval.upper) }
}
