import Bert
import Compression
package import Compute
package import FoundationEssentials
import Measurement
package import Reports
import Text
import Training

/// A recipe carried out in a run folder, from the inputs to the report.
///
/// split → finetune → ablate → prune → refinetune → convert → quantize → evaluate → report; every stage knows by sums what it was
/// made from, so a run that was killed goes on where it stopped, and a changed setting repeats only what depends on it.
/// Further seeds repeat what lies between split and evaluate, each in a folder of its own.
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
    let dataset = fetcher.catalogue.datasets[self.recipe.data.name]
    guard dataset != nil || self.recipe.data.isOwn else {
      throw InputError.unknownDataset(name: self.recipe.data.name, known: fetcher.catalogue.datasets.keys.sorted())
    }
    let task = try DataTask(self.recipe.data, dataset)
    let recipe = self.recipe.judged(by: task.metric, task.kind)
    let input =
      dataset != nil && !recipe.data.hasOwnFiles
      ? try await fetcher.dataset(recipe.data.name, localPath: localData)
      : try fetcher.localFiles(of: task, name: recipe.data.name, directory: localData)
    let pretrained = try await PretrainedModel(recipe.model, seed: recipe.seed, fetcher: fetcher, backend: backend)
    try PruningStage.check(recipe.prune, pretrained.configuration)
    for scheme in recipe.quantize {
      try scheme.checkWidths(
        of: pretrained.configuration, recipe.fourBit ?? FourBitOptions(),
        path: pretrained.tokenizer.path(percentEncoded: false))
    }
    let split = try await DataStage(
      source: recipe.data, task: task, seed: recipe.seed, input: input
    ).run(runner)
    let data = RunData(
      folder: folder,
      tokenizer: try ModelTokenizer.read(
        modelDirectory: pretrained.tokenizer, vocabSize: pretrained.configuration.vocabSize),
      maximumLength: min(recipe.data.maximumLength, pretrained.configuration.maximumLength),
      kind: task.kind, classCount: task.labels.count, metric: task.metric,
      sums: split.outputs)

    let made = try await VariantStages(
      recipe: recipe, data: data, pretrained: pretrained, labels: task.labels, backend: backend
    ).run(runner)
    let devSum = split.outputs["split/dev.jsonl"] ?? ""
    var seeds: [SeedFindings] = []
    for seed in recipe.otherSeeds {
      progress.message("seed \(seed)")
      seeds.append(
        try await SeedStage(
          recipe: recipe.seeded(seed), data: data, labels: task.labels, devSum: devSum, fetcher: fetcher,
          backend: backend
        ).run(StageRunner(folder: try folder.seed(seed), progress: progress, commit: commit)))
    }

    backend.releaseUnusedMemory()
    let evaluation = try await EvaluationStage(
      settings: recipe.evaluate, data: data, variants: made.variants, devSum: devSum, process: process
    ).run(runner)
    let agreements = try await agreements(made, evaluation.findings, devSum, data, backend, runner)
    var otherDev: OtherDev?
    if let name = task.otherDevName, let rows = split.findings.otherDevRows {
      let said = try await OtherDevStage(
        name: name, sum: split.outputs["split/\(name).jsonl"] ?? "", variants: made.variants, data: data,
        backend: backend
      ).run(runner)
      otherDev = OtherDev(name: name, rows: rows, predictions: said.findings)
    }
    progress.message("report")
    let dev = recipe.report.sentences ? try data.sentences("dev") : nil
    let results = try ResultsAssembly(
      recipe: recipe, metric: task.metric, evaluation: evaluation.findings, made: made,
      otherDev: otherDev, agreements: agreements, seeds: seeds, splits: split.findings,
      pretrained: fetcher.catalogue.models[recipe.model.name], data: input, dataTitle: task.title,
      labels: task.labels, sentences: dev?.map { row in row.pair.map { "\(row.text) | \($0)" } ?? row.text },
      command: command, commit: commit
    ).results()
    _ = try ReportStage.write(results, to: folder.report)
    for entry in made.variants { try writeCard(of: entry.variant, results) }
    return results
  }

  /// What models that were trained to be rounded said on dev as they were trained, by variant.
  private func agreements(
    _ made: VariantStages.Made, _ evaluation: EvaluationFindings, _ devSum: String, _ data: RunData,
    _ backend: CPUBackend, _ runner: StageRunner
  ) async throws -> [String: QuantizationTrainingFindings] {
    var found: [String: QuantizationTrainingFindings] = [:]
    for (entry, model) in zip(made.variants, evaluation.models) {
      guard case .quantized(let scheme) = entry.variant.weights, scheme.needsTraining else { continue }
      found[entry.variant.name] = try await RoundingAgreementStage(
        variant: entry.variant,
        fakeQuantization: scheme.fakeQuantization(reducesRange: recipe.weightQuantizer(scheme).reducesRange),
        sums: entry.sums, predictions: model.predictions, devSum: devSum,
        data: data, backend: backend
      ).run(runner).findings
    }
    return found
  }

  /// The model card beside the weights. It belongs to no stage: nothing is made from it.
  private func writeCard(of variant: Variant, _ results: ShowdownResults) throws {
    guard let card = ModelCard(results, variant: variant.name) else { return }
    try AtomicFile.write(card.markdown, to: folder.models(variant.name).appending(path: "README.md"))
  }
}
