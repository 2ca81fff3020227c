import Bert
import Compute
import FoundationEssentials
import Measurement
import Text
import Training

/// Measures one model in this process, which should have done nothing else before.
package enum Measurer {
  package static func measure(_ request: MeasurementRequest) throws -> MeasurementReply {
    let directory = URL(filePath: request.model, directoryHint: .isDirectory)
    let backend = try CPUBackend(
      instructionSet: InstructionSet.selected(environment: ProcessInfo.processInfo.environment),
      threadCount: request.threads ?? ProcessorCount.available)
    let model = try PackedClassifier(checkpoint: try Checkpoint(modelDirectory: directory), backend: backend)
    let tokenizer = try ModelTokenizer.read(modelDirectory: directory, vocabSize: model.configuration.vocabSize)
    for index in 0..<(request.sentences.isEmpty ? 0 : request.warmup) {
      _ = try logits(of: index % request.sentences.count, tokenizer, model, request)
    }
    var seconds: [Double] = []
    for index in request.sentences.indices {
      let start = ContinuousClock.now
      _ = try logits(of: index, tokenizer, model, request)
      seconds.append((ContinuousClock.now - start) / .seconds(1))
    }
    let peak = try MemoryUse.current().peakResidentBytes
    let batches = try request.batchSizes.map { try batch($0, model, request) }
    let lengths = try request.lengths.map { lengths in try length(lengths, tokenizer, model, request) }
    var predictions: Predictions?
    var throughput: Double?
    // Only now, since its tokens would count as memory that sentences take.
    if let path = request.data {
      let configuration = model.configuration
      let start = ContinuousClock.now
      let data = try TokenizedText(
        reading: path, DataTask.splitFormat(configuration.targetKind, classCount: configuration.numLabels),
        tokenizer: tokenizer, maximumLength: request.maximumLength)
      predictions = try Evaluator.predictions(model, data)
      throughput = Double(data.count) / ((ContinuousClock.now - start) / .seconds(1))
    }
    return MeasurementReply(
      seconds: seconds, peakMemoryBytes: peak, batches: batches, lengths: lengths,
      predictions: predictions, throughput: throughput,
      threads: backend.threadCount, instructionSet: backend.instructionSet.rawValue)
  }

  private static func logits(
    of index: Int, _ tokenizer: any Tokenizer, _ model: PackedClassifier, _ request: MeasurementRequest
  ) throws -> [Float] {
    let pair = request.pairs.flatMap { $0.indices.contains(index) ? $0[index] : nil }
    let text = TokenizedText(
      [LabelledSentence(text: request.sentences[index], pair: pair, label: 0)], tokenizer: tokenizer,
      maximumLength: request.maximumLength)
    return try model.logits(try EncoderInput(text.batch([0])))
  }

  /// Sentences of one length; what their tokens are does not matter for the time.
  private static func batch(
    _ size: Int, _ model: PackedClassifier, _ request: MeasurementRequest
  ) throws -> MeasurementReply.Batch {
    let tokens = min(request.batchTokens, model.configuration.maximumLength)
    let count = size * tokens
    let batch = RaggedBatch(
      ids: (0..<count).map { Int32(($0 * 31 + 7) % model.configuration.vocabSize) },
      typeIDs: [Int32](repeating: 0, count: count), positions: (0..<count).map { Int32($0 % tokens) },
      offsets: (0...size).map { $0 * tokens }, labels: [Int32](repeating: 0, count: size), rows: Array(0..<size))
    return MeasurementReply.Batch(
      batch: size, tokens: tokens, seconds: try seconds(of: try EncoderInput(batch), model, calls: 3))
  }

  /// One sentence of each length, each cut from the timed sentences set end to end. Lengths that the model can't take are
  /// left out.
  private static func length(
    _ lengths: [Int], _ tokenizer: any Tokenizer, _ model: PackedClassifier, _ request: MeasurementRequest
  ) throws -> [MeasurementReply.Length] {
    let usable = Set(lengths).filter { $0 <= model.configuration.maximumLength }.sorted()
    guard let longest = usable.last, !request.sentences.isEmpty else { return [] }
    // Again from the start where they are too few; a sentence has a token at least, and an empty one adds nothing.
    var text = request.sentences.joined(separator: " ")
    if tokenizer.encode(text).ids.count < longest {
      text = Array(repeating: text, count: longest).joined(separator: " ")
    }
    return try usable.compactMap { tokens in
      let cut = TokenizedText(
        [LabelledSentence(text: text, label: 0)], tokenizer: tokenizer, maximumLength: tokens)
      guard cut.lengths[0] == tokens else { return nil }
      return MeasurementReply.Length(
        tokens: tokens, seconds: try seconds(of: try EncoderInput(cut.batch([0])), model, calls: 5))
    }
  }

  /// Of calls that follow one that isn't timed.
  private static func seconds(of input: EncoderInput, _ model: PackedClassifier, calls: Int) throws -> [Double] {
    _ = try model.logits(input)
    return try (0..<calls).map { _ in
      let start = ContinuousClock.now
      _ = try model.logits(input)
      return (ContinuousClock.now - start) / .seconds(1)
    }
  }
}
