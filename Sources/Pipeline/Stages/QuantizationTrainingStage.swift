package import Bert
import Compression
package import Compute
package import FoundationEssentials
package import Measurement
package import Text
import Training

/// What came of training a model to be rounded, on one split.
package struct QuantizationTrainingFindings: Codable, Sendable {
  package var sentences: Int
  /// Of the model as it was trained: in floats, rounded. Accuracy, or what the models are judged by.
  package var fakeQuantizedAccuracy: Double
  /// Of the same model in integers.
  package var convertedAccuracy: Double
  /// The share of sentences of which both say the same; nil where they say numbers.
  package var agreement: Double?

  /// - Parameters:
  ///   - trained: what the model said as it was trained.
  ///   - converted: what its integers said of the same sentences.
  init(trained: Predictions, converted: Predictions, metric: Metric) throws {
    sentences = trained.count
    fakeQuantizedAccuracy = try trained.score(metric)
    convertedAccuracy = try converted.score(metric)
    agreement = trained.agreement(with: converted)
  }

  /// A fake-quantised model beside the integers that were made of it.
  package init(
    of model: BertClassifier, integers directory: URL, on text: TokenizedText, metric: Metric, backend: CPUBackend
  ) throws {
    let fake = try Evaluator.predictions(try FakeQuantizedClassifier(model, backend: backend), text)
    let integers = try PackedClassifier(checkpoint: try Checkpoint(modelDirectory: directory), backend: backend)
    try self.init(trained: fake, converted: try Evaluator.predictions(integers, text), metric: metric)
  }
}

/// Trains a variant to be rounded, with itself in floats as the teacher, and stores it in integers.
///
/// Two stages: `qat.NAME` trains, and leaves floats in `work/NAME`; `quantize.NAME` rounds them for good.
struct QuantizationTrainingStage {
  let source: URL
  let sourceSums: [String: String]
  let variant: Variant
  let scheme: QuantizationScheme
  /// Of s8.
  let quantizer: WeightQuantizer
  let configuration: TrainingConfiguration
  let gradientCheckpointing: Bool
  let checkpointSeconds: Double
  let backend: CPUBackend
  let data: RunData
  let labels: [String]

  private struct Settings: Encodable {
    var scheme: QuantizationScheme
    var fakeQuantization: FakeQuantization?
    var maximumLength: Int
    /// Nil for accuracy.
    var metric: Metric?
  }

  private var fakeQuantization: FakeQuantization? {
    scheme.fakeQuantization(reducesRange: quantizer.reducesRange)
  }

  func run(_ runner: StageRunner) async throws -> StageRecord<QuantizationTrainingFindings> {
    let trained = runner.folder.work(variant.name)
    let training = try await train(to: trained, runner)
    var inputs = training.outputs
    inputs["selection"] = data.sums["split/selection.jsonl"] ?? ""
    let settings = Settings(
      scheme: scheme, fakeQuantization: fakeQuantization, maximumLength: data.maximumLength,
      metric: data.otherMetric)
    return try await runner.run("quantize.\(variant.name)", settings: settings, inputs: inputs) {
      let model = try BertClassifier(trainedFor: fakeQuantization, directory: trained, backend: backend)
      let target = runner.folder.models(variant.name)
      try runner.folder.makeParent(of: target)
      try ModelQuantizer(scheme: scheme, quantizer: quantizer).quantize(
        model, to: target, tokenizerSource: trained, backend: backend)
      let findings = try QuantizationTrainingFindings(
        of: model, integers: target, on: try data.selection(), metric: data.metric, backend: backend)
      return (findings, try ModelFiles.all(target))
    }
  }

  private func train(to directory: URL, _ runner: StageRunner) async throws -> StageRecord<TrainingFindings> {
    var configuration = configuration
    configuration.fakeQuantization = fakeQuantization
    return try await TrainingStage(
      name: "qat.\(variant.name)", configuration: configuration, gradientCheckpointing: gradientCheckpointing,
      backend: backend, data: data, modelSums: sourceSums, teacher: (source, sourceSums), labels: labels,
      target: directory, tokenizerSource: source, checkpointSeconds: checkpointSeconds,
      start: {
        try BertClassifier(
          checkpoint: try Checkpoint(modelDirectory: source), labels: labels, seed: configuration.seed,
          backend: backend)
      }
    ).run(runner)
  }
}

extension BertClassifier {
  /// What a training to be rounded left, in floats, rounding as it did then.
  init(trainedFor quantization: FakeQuantization?, directory: URL, backend: CPUBackend) throws {
    try self.init(checkpoint: try Checkpoint(modelDirectory: directory), seed: 0, backend: backend)
    fakeQuantization = quantization
  }
}
