import Bert
import Compute
import FoundationEssentials
import Measurement
import Text
import Training

/// All that was measured of the variants, before any statistics.
struct EvaluationFindings: Codable, Sendable {
  struct Model: Codable, Sendable {
    var name: String
    /// Of all rounds: of each sentence, in seconds.
    var seconds: [Double]
    var peakMemoryBytes: Int
    var batches: [MeasurementReply.Batch]
    var lengths: [MeasurementReply.Length]?
    var throughput: Double
    var predictions: Predictions
    var sizeBytes: Int
    var layers: Int
    var parameterCount: Int
  }

  var models: [Model]
  var machine: Machine
  var threads: Int
  var instructionSet: String
  /// The median of the timed sentences.
  var medianTokens: Int
  var timedSentences: Int
  var date: String
}

/// Runs each variant over the dev split, once, and times it: fresh processes, rounds interleaved over the variants.
struct EvaluationStage {
  let settings: EvaluationSettings
  let data: RunData
  let variants: [MadeVariant]
  let devSum: String
  let process: MeasuringProcess

  private struct Settings: Encodable {
    var settings: EvaluationSettings
    var maximumLength: Int
    var variants: [String]
  }

  func run(_ runner: StageRunner) async throws -> StageRecord<EvaluationFindings> {
    let identity = Settings(
      settings: settings, maximumLength: data.maximumLength, variants: variants.map(\.variant.name))
    return try await runner.run(
      "evaluate", settings: identity, inputs: variants.inputs(devSum: devSum)
    ) {
      let timed = try data.sentences("dev", first: settings.latencySentences)
      let lengths = TokenizedText(
        timed, tokenizer: data.tokenizer, maximumLength: data.maximumLength, kind: data.kind,
        classCount: data.classCount
      ).lengths.sorted()
      var replies = [[MeasurementReply]](repeating: [], count: variants.count)
      runner.progress.begin("evaluate", unit: "processes", total: settings.rounds * variants.count)
      defer { runner.progress.end() }
      for round in 0..<settings.rounds {
        for (index, entry) in variants.enumerated() {
          let request = MeasurementRequest(
            model: runner.folder.models(entry.variant.name).path(percentEncoded: false),
            sentences: timed.map(\.text),
            pairs: timed.contains { $0.pair != nil } ? timed.map(\.pair) : nil, warmup: settings.warmup,
            batchSizes: settings.batchSizes,
            batchTokens: settings.batchTokens, lengths: settings.lengths, threads: settings.threads,
            maximumLength: data.maximumLength,
            data: runner.folder.split("dev").path(percentEncoded: false))
          replies[index].append(try await process.measure(request, variant: entry.variant.name))
          runner.progress.advance(to: round * variants.count + index + 1, note: entry.variant.name)
        }
      }
      let models = try zip(variants, replies).map { entry, replies in
        try model(entry.variant, replies, runner.folder)
      }
      let findings = EvaluationFindings(
        models: models, machine: Machine.current(), threads: replies.first?.first?.threads ?? 0,
        instructionSet: replies.first?.first?.instructionSet ?? "", medianTokens: lengths[lengths.count / 2],
        timedSentences: timed.count, date: Date.now.formatted(.iso8601))
      return (findings, try predictions(models, runner.folder))
    }
  }

  private func model(
    _ variant: Variant, _ replies: [MeasurementReply], _ folder: RunFolder
  ) throws -> EvaluationFindings.Model {
    let directory = folder.models(variant.name)
    let checkpoint = try Checkpoint(modelDirectory: directory)
    let all = replies.compactMap(\.predictions)
    guard let predictions = all.first else {
      throw PipelineError.measuring(variant: variant.name, reason: "no predictions came back")
    }
    // Every process must say the same, bit by bit.
    for other in all.dropFirst() where other != predictions {
      let index = zip(predictions.logits, other.logits).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? 0
      throw PipelineError.notDeterministic(variant: variant.name, row: index / max(1, predictions.classCount))
    }
    let batches = settings.batchSizes.indices.map { index in
      MeasurementReply.Batch(
        batch: settings.batchSizes[index], tokens: replies.first?.batches[index].tokens ?? settings.batchTokens,
        seconds: replies.flatMap { $0.batches[index].seconds })
    }
    let lengths = (replies.first?.lengths ?? []).map(\.tokens).map { tokens in
      MeasurementReply.Length(
        tokens: tokens,
        seconds: replies.flatMap { $0.lengths ?? [] }.filter { $0.tokens == tokens }.flatMap(\.seconds))
    }
    return EvaluationFindings.Model(
      name: variant.name, seconds: replies.flatMap(\.seconds),
      peakMemoryBytes: replies.map(\.peakMemoryBytes).max() ?? 0, batches: batches, lengths: lengths,
      throughput: median(of: replies.compactMap(\.throughput)), predictions: predictions,
      sizeBytes: ModelFiles.bytes(directory), layers: checkpoint.configuration.numHiddenLayers,
      parameterCount: checkpoint.names.reduce(0) { $0 + (checkpoint.shape(of: $1)?.reduce(1, *) ?? 0) })
  }

  private func predictions(_ models: [EvaluationFindings.Model], _ folder: RunFolder) throws -> [URL] {
    try models.map { try PredictionFile.write($0.predictions, of: $0.name, folder) }
  }
}
