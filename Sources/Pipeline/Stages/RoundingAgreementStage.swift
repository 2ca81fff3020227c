import Bert
import Compute
import FoundationEssentials
import Measurement
import Training

/// A model that was trained to be rounded, as it was trained, on dev: beside what its integers said there in the evaluation.
///
/// It follows the evaluation and chooses nothing.
struct RoundingAgreementStage {
  let variant: Variant
  /// As which it was trained.
  let fakeQuantization: FakeQuantization?
  /// Of the variant's directory.
  let sums: [String: String]
  /// Of the integers, on dev.
  let predictions: Predictions
  let devSum: String
  let data: RunData
  let backend: CPUBackend

  private struct Settings: Encodable {
    var fakeQuantization: FakeQuantization?
    var maximumLength: Int
    /// Nil for accuracy.
    var metric: Metric?
  }

  func run(_ runner: StageRunner) async throws -> StageRecord<QuantizationTrainingFindings> {
    var inputs = sums
    inputs["dev"] = devSum
    let settings = Settings(
      fakeQuantization: fakeQuantization, maximumLength: data.maximumLength, metric: data.otherMetric)
    return try await runner.run("agree.\(variant.name)", settings: settings, inputs: inputs) {
      let model = try BertClassifier(
        trainedFor: fakeQuantization, directory: runner.folder.work(variant.name), backend: backend)
      let trained = try Evaluator.predictions(try FakeQuantizedClassifier(model, backend: backend), data.dev())
      return (
        try QuantizationTrainingFindings(trained: trained, converted: predictions, metric: data.metric), []
      )
    }
  }
}
