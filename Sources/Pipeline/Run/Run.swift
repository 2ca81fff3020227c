import Bert
import Compression
package import Compute
package import FoundationEssentials
package import Reports
import Text
import Training

/// A recipe carried out in a run folder, from the inputs to the report.
///
/// split → finetune → ablate → prune → refinetune → convert → quantize → evaluate → report; every stage knows by sums what it was
/// made from, so a run that was killed goes on where it stopped, and a changed setting repeats only what depends on it.
package struct Run: Sendable {
  package let recipe: Recipe
  package let folder: RunFolder
  package let fetcher: Fetcher
  package let process: MeasuringProcess
  package let progress: any ProgressDisplay
  /// As typed, for the report.
  package let command: String
  /// Of the program's sources, if it is known.
  package let commit: String?

  package init(
    recipe: Recipe, folder: RunFolder, fetcher: Fetcher, process: MeasuringProcess, progress: any ProgressDisplay,
    command: String, commit: String?
  ) {
    self.recipe = recipe
    self.folder = folder
    self.fetcher = fetcher
    self.process = process
    self.progress = progress
    self.command = command
    self.commit = commit
  }

  /// - Parameter localData: the user's directory of the data set.
  /// - Returns: what the report says.
  package func run(localData: URL?, backend: CPUBackend) async throws -> ShowdownResults {
    try folder.lock()
    let runner = StageRunner(folder: folder, progress: progress, commit: commit)
    guard let dataset = fetcher.catalogue.datasets[recipe.data.name] else {
      throw InputError.unknownDataset(name: recipe.data.name, known: fetcher.catalogue.datasets.keys.sorted())
    }
    let input = try await fetcher.dataset(recipe.data.name, localPath: localData)
    let pretrained = try await PretrainedModel(recipe.model, seed: recipe.seed, fetcher: fetcher, backend: backend)
    try PruningStage.check(recipe.prune, pretrained.configuration)
    for scheme in recipe.quantize {
      try scheme.checkWidths(of: pretrained.configuration, path: pretrained.tokenizer.path(percentEncoded: false))
    }
    let split = try await DataStage(
      source: recipe.data, format: dataset.format, labels: dataset.labels, seed: recipe.seed, input: input
    ).run(runner)
    let data = RunData(
      folder: folder,
      tokenizer: try WordPieceTokenizer(
        modelDirectory: pretrained.tokenizer, vocabSize: pretrained.configuration.vocabSize),
      maximumLength: min(recipe.data.maximumLength, pretrained.configuration.maxPositionEmbeddings),
      classCount: dataset.labels.count,
      sums: split.outputs)

    let baseline = folder.models(Variant.baseline.name)
    let finetune = try await TrainingStage(
      name: "finetune", configuration: recipe.finetune, gradientCheckpointing: recipe.gradientCheckpointing,
      backend: backend, data: data, modelSums: pretrained.sums,
      teacher: nil, labels: dataset.labels, target: baseline, tokenizerSource: pretrained.tokenizer,
      checkpointSeconds: recipe.checkpointSeconds,
      start: { try pretrained.classifier(labels: dataset.labels) }
    ).run(runner)
    let ablation = try await AblationStage(
      backend: backend, data: data, model: baseline, modelSums: finetune.outputs
    ).run(runner)
    let pruning = try await PruningStage(
      settings: recipe.prune, controls: recipe.controls, seed: recipe.seed, backend: backend, data: data,
      model: baseline, modelSums: finetune.outputs, ranking: ablation.findings.leastSensitiveFirst
    ).run(runner)

    var variants: [(variant: Variant, sums: [String: String])] = [(.baseline, finetune.outputs)]
    for variant in trainedAgain {
      let isPruned = variant.name != Variant.longer.name
      var configuration = recipe.refinetune
      if !isPruned { configuration.distillation = nil }
      let source = isPruned ? folder.work(variant.name) : baseline
      let sums = isPruned ? pruning.outputs.filter { $0.key.hasPrefix("work/\(variant.name)/") } : finetune.outputs
      let record = try await TrainingStage(
        name: "refinetune.\(variant.name)", configuration: configuration,
        gradientCheckpointing: recipe.gradientCheckpointing, backend: backend, data: data,
        modelSums: sums, teacher: configuration.distillation == nil ? nil : (baseline, finetune.outputs),
        labels: dataset.labels, target: folder.models(variant.name), tokenizerSource: baseline,
        checkpointSeconds: recipe.checkpointSeconds,
        start: {
          try BertClassifier(
            checkpoint: try Checkpoint(modelDirectory: source), labels: dataset.labels, seed: configuration.seed,
            backend: backend)
        }
      ).run(runner)
      variants.append((variant, record.outputs))
    }
    let chosen = variants.filter { [Variant.baseline.name, Variant.pruned.name].contains($0.variant.name) }
    for precision in recipe.convert {
      for entry in chosen {
        let converted = entry.variant.converted(to: .stored(precision))
        let sums = try await ConversionStage(
          source: folder.models(entry.variant.name), sourceSums: entry.sums, variant: converted, precision: precision,
          backend: backend
        ).run(runner)
        variants.append((converted, sums))
      }
    }
    var quantizationTraining: [String: QuantizationTrainingFindings] = [:]
    var mixed: [String: MixedPrecision] = [:]
    for scheme in recipe.quantize {
      for entry in chosen {
        let quantized = entry.variant.converted(to: .quantized(scheme))
        if scheme.needsTraining {
          let record = try await QuantizationTrainingStage(
            source: folder.models(entry.variant.name), sourceSums: entry.sums, variant: quantized, scheme: scheme,
            configuration: recipe.qat, gradientCheckpointing: recipe.gradientCheckpointing,
            checkpointSeconds: recipe.checkpointSeconds, backend: backend, data: data, labels: dataset.labels
          ).run(runner)
          quantizationTraining[quantized.name] = record.findings
          variants.append((quantized, record.outputs))
          continue
        }
        if scheme.needsSelection {
          let record = try await MixedPrecisionStage(
            source: folder.models(entry.variant.name), sourceSums: entry.sums, variant: quantized,
            settings: recipe.mixed, backend: backend, data: data, seed: recipe.seed
          ).run(runner)
          mixed[quantized.name] = record.findings
          variants.append((quantized, record.outputs))
          continue
        }
        let sums = try await QuantizationStage(
          source: folder.models(entry.variant.name), sourceSums: entry.sums, variant: quantized, scheme: scheme,
          backend: backend, data: data, seed: recipe.seed
        ).run(runner)
        variants.append((quantized, sums))
      }
    }

    backend.releaseUnusedMemory()
    let evaluation = try await EvaluationStage(
      settings: recipe.evaluate, data: data, variants: variants, devSum: split.outputs["split/dev.jsonl"] ?? "",
      process: process
    ).run(runner)
    progress.message("report")
    let dev = recipe.report.sentences ? try LabelledText.read(folder.split("dev"), classCount: data.classCount) : nil
    let results = try ResultsAssembly(
      recipe: recipe, evaluation: evaluation.findings, ablation: ablation.findings, pruning: pruning.findings,
      quantizationTraining: quantizationTraining, mixed: mixed, splits: split.findings,
      variants: variants.map(\.variant),
      pretrained: fetcher.catalogue.models[recipe.model.name], data: input, dataTitle: dataset.title,
      labels: dataset.labels, sentences: dev?.map(\.text), command: command, commit: commit
    ).results()
    _ = try ReportStage.write(results, margin: recipe.report.margin, to: folder.report)
    for variant in variants.map(\.variant) { try writeCard(of: variant, results) }
    return results
  }

  /// The model card beside the weights. It belongs to no stage: nothing is made from it.
  private func writeCard(of variant: Variant, _ results: ShowdownResults) throws {
    guard let card = ModelCard(results, variant: variant.name) else { return }
    try AtomicFile.write(card.markdown, to: folder.models(variant.name).appending(path: "README.md"))
  }

  private var trainedAgain: [Variant] {
    var variants: [Variant] = [.pruned]
    if recipe.controls.contains(.longer) { variants.append(.longer) }
    if recipe.controls.contains(.top) { variants.append(.top) }
    if recipe.controls.contains(.random) { variants.append(.random) }
    return variants
  }
}
