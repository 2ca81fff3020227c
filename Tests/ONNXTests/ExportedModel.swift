import Bert
import Compression
import Compute
import Foundation
import ONNX
import TestSupport
import Text
import Training

/// A small classifier in a directory, and the graph that is written of it.
struct ExportedModel {
  let checkpoint: Checkpoint
  private let scratch: ScratchDirectory
  private let backend: CPUBackend

  /// The model of the goldens, on which PyTorch's logits are known.
  ///
  /// - Parameter activation: of the goldens' configurations; the weights are the same.
  init(golden activation: String?) throws {
    scratch = try ScratchDirectory()
    backend = try CPUBackend(threadCount: 2)
    let files = FileManager.default
    let configuration = Goldens.url("tiny-bert" + (activation.map { "-" + $0 } ?? "")).appending(path: "config.json")
    for (source, name) in [
      (configuration, "config.json"), (Goldens.url("tiny-bert/model.safetensors"), "model.safetensors"),
    ] { try files.copyItem(at: source, to: scratch.url.appending(path: name)) }
    checkpoint = try Checkpoint(modelDirectory: scratch.url)
  }

  /// A family's model of the goldens.
  init(golden family: EncoderFamily) throws {
    scratch = try ScratchDirectory()
    backend = try CPUBackend(threadCount: 2)
    let directory = scratch.url.appending(path: "floats", directoryHint: .isDirectory)
    try FamilyGoldens.copyModel(family.rawValue, to: directory)
    checkpoint = try Checkpoint(modelDirectory: directory)
  }

  /// Of another family, with random weights and a width of 64.
  init(_ family: EncoderFamily) throws {
    scratch = try ScratchDirectory()
    backend = try CPUBackend(threadCount: 2)
    let configuration = BertConfiguration(
      vocabSize: 97, hiddenSize: 64, numHiddenLayers: 2, numAttentionHeads: 4, intermediateSize: 128,
      maxPositionEmbeddings: 34, typeVocabSize: family == .electra ? 2 : 1, initializerRange: 0.2, padTokenID: 1,
      id2label: ["negative", "neutral", "positive"], family: family, embeddingSize: family == .electra ? 32 : nil)
    let directory = scratch.url.appending(path: "floats", directoryHint: .isDirectory)
    try BertClassifier(randomWeights: configuration, seed: 3, backend: backend).write(
      to: directory, tokenizerSource: nil, backend: backend)
    checkpoint = try Checkpoint(modelDirectory: directory)
  }

  /// Random weights, large enough that classes differ.
  init(layers: Int, heads: Int, width: Int) throws {
    scratch = try ScratchDirectory()
    backend = try CPUBackend(threadCount: 2)
    var configuration = try Checkpoint(modelDirectory: Goldens.tinyBert).configuration
    configuration.numHiddenLayers = layers
    configuration.numAttentionHeads = heads
    configuration.hiddenSize = width
    configuration.intermediateSize = 2 * width
    configuration.initializerRange = 0.2
    let directory = scratch.url.appending(path: "floats", directoryHint: .isDirectory)
    try BertClassifier(randomWeights: configuration, seed: 3, backend: backend).write(
      to: directory, tokenizerSource: nil, backend: backend)
    checkpoint = try Checkpoint(modelDirectory: directory)
  }

  private init(_ model: ExportedModel, _ checkpoint: Checkpoint) {
    (scratch, backend) = (model.scratch, model.backend)
    self.checkpoint = checkpoint
  }

  /// The same model in fewer bits.
  func quantized(
    _ scheme: QuantizationScheme, _ fourBit: FourBitOptions = FourBitOptions(), reducesRange: Bool = false
  ) throws -> ExportedModel {
    let directory = scratch.url.appending(path: "\(UUID())", directoryHint: .isDirectory)
    let calibration =
      scheme.needsCalibration ? try Calibration.measure(checkpoint, on: Self.calibrationText, backend: backend) : nil
    let quantizer = WeightQuantizer(reducesRange: reducesRange)
    try ModelQuantizer(scheme: scheme, quantizer: quantizer, fourBit: fourBit).quantize(
      checkpoint, to: directory, calibration: calibration)
    return ExportedModel(self, try Checkpoint(modelDirectory: directory))
  }

  /// The same model with modules stored each in its own way.
  func quantized(by quantization: QuantizationConfiguration) throws -> ExportedModel {
    let directory = scratch.url.appending(path: "\(UUID())", directoryHint: .isDirectory)
    try ModelQuantizer(scheme: .mixed).quantize(checkpoint, by: quantization, to: directory, calibration: nil)
    return ExportedModel(self, try Checkpoint(modelDirectory: directory))
  }

  private static var calibrationText: TokenizedText {
    let sentences = Toy.sentences(100, seed: 1)
    return TokenizedText(
      encodings: sentences.map { Encoding(ids: $0.ids, typeIDs: [Int32](repeating: 0, count: $0.ids.count)) },
      labels: sentences.map(\.label))
  }

  /// Exports it and asks the judges.
  ///
  /// - Parameter largestGraph: how many bytes the graph may have before its tensors go beside it.
  func examined(
    _ precision: ONNXPrecision, _ sentences: [RuntimeFindings.Sentence], largestGraph: Int = ONNXExporter.largestGraph
  ) throws -> RuntimeFindings {
    let directory = scratch.url.appending(path: "\(UUID())", directoryHint: .isDirectory)
    let graph = try ONNXExporter(
      checkpoint, precision: precision, producerVersion: "test", largestGraph: largestGraph
    ).write(to: directory)
    return try RuntimeFindings(graph, sentences, checkpoint.configuration)
  }

  /// What our own engine says.
  func logits(_ sentences: [RuntimeFindings.Sentence]) throws -> [[Double]] {
    let lengths = sentences.map(\.ids.count)
    let input = try EncoderInput(
      tokens: TokenIndices(
        words: sentences.flatMap(\.ids), positions: lengths.flatMap { (0..<Int32($0)) },
        types: sentences.flatMap(\.types)),
      layout: SequenceLayout(offsets: lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }))
    let logits = try PackedClassifier(checkpoint: checkpoint, backend: backend).logits(input).map(Double.init)
    let classes = logits.count / sentences.count
    return sentences.indices.map { Array(logits[$0 * classes..<($0 + 1) * classes]) }
  }
}
