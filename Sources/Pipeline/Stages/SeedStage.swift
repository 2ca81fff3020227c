import Bert
import Compute
import FoundationEssentials
import Measurement
import Text
import Training

/// What one further seed found.
struct SeedFindings: Sendable {
  struct Model: Codable, Sendable {
    /// The variant's.
    var name: String
    /// Rows of the dev split.
    var correct: Int
    var count: Int
    /// In what the models are judged by; nil for accuracy.
    var score: Double?
  }

  var seed: UInt64
  var models: [Model]
  /// By variant.
  var removedLayers: [String: [Int]]
}

/// All variants once more with another seed, in `seeds/N` of the run folder, and what each says of the dev split.
///
/// The splits are those of the run: of two seeds, what differs is the training alone. Nothing is timed.
struct SeedStage {
  /// With this seed.
  let recipe: Recipe
  let data: RunData
  let labels: [String]
  let devSum: String
  let fetcher: Fetcher
  let backend: CPUBackend

  private struct Settings: Encodable {
    var maximumLength: Int
    var variants: [String]
    /// Nil for accuracy.
    var metric: Metric?
  }

  func run(_ runner: StageRunner) async throws -> SeedFindings {
    let pretrained = try await PretrainedModel(recipe.model, seed: recipe.seed, fetcher: fetcher, backend: backend)
    let made = try await VariantStages(
      recipe: recipe, data: data, pretrained: pretrained, labels: labels, backend: backend
    ).run(runner)
    let settings = Settings(
      maximumLength: data.maximumLength, variants: made.variants.map(\.variant.name), metric: data.otherMetric)
    let record: StageRecord<[SeedFindings.Model]> = try await runner.run(
      "predict", settings: settings, inputs: made.variants.inputs(devSum: devSum)
    ) {
      let dev = try data.dev()
      runner.progress.begin("predict", unit: "models", total: made.variants.count)
      defer { runner.progress.end() }
      var models: [SeedFindings.Model] = []
      var outputs: [URL] = []
      for name in settings.variants {
        let model = try PackedClassifier(
          checkpoint: try Checkpoint(modelDirectory: runner.folder.models(name)), backend: backend)
        let predictions = try Evaluator.predictions(model, dev)
        outputs.append(try PredictionFile.write(predictions, of: name, runner.folder))
        models.append(
          SeedFindings.Model(
            name: name, correct: predictions.isCorrect.count { $0 }, count: predictions.count,
            score: try data.otherMetric.map { try predictions.score($0) }))
        runner.progress.advance(to: models.count, note: name)
      }
      return (models, outputs)
    }
    return SeedFindings(
      seed: recipe.seed, models: record.findings, removedLayers: made.pruning.models.mapValues(\.removed))
  }
}
