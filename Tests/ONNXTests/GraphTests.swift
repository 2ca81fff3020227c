import Bert
import Compression
import ONNX
import TestSupport
import Testing

/// Graphs as ONNX's checker and ONNX Runtime see them.
@Suite("Exported graphs", .enabled(if: Peers.areAsked)) struct GraphTests {
  /// The sentences of the goldens: 2 to 32 tokens of both types.
  private static func sentences() throws -> [RuntimeFindings.Sentence] {
    try Goldens.batch().sentences.map { RuntimeFindings.Sentence(ids: $0.ids, types: $0.types) }
  }

  private func largestDifference(_ found: [[Double]], _ expected: [[Double]]) -> Double {
    guard found.map(\.count) == expected.map(\.count) else { return .infinity }
    return zip(found.joined(), expected.joined()).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  private func classes(_ logits: [[Double]]) -> [Int?] { logits.map { row in row.indices.max { row[$0] < row[$1] } } }

  @Test("Floats say what PyTorch says", arguments: [nil, "gelu_new", "relu"])
  func floats(_ activation: String?) throws {
    let expected = try Goldens.expected()
    let logits =
      switch activation {
      case "gelu_new": expected.gelu_new_logits
      case "relu": expected.relu_logits
      default: expected.logits
      }
    let found = try ExportedModel(golden: activation).examined(.fp32, Self.sentences())
    #expect(largestDifference(found.logits, logits) < 1e-5)
    #expect(largestDifference(found.alone, logits) < 1e-5)
    #expect(largestDifference(found.standard, logits) < 1e-5)
    #expect(found.versions == [10, 21])
    #expect(found.external.isEmpty)
  }

  @Test("Any number of layers and heads", arguments: [(1, 2), (2, 8), (5, 1)])
  func shapes(_ layers: Int, _ heads: Int) throws {
    let model = try ExportedModel(layers: layers, heads: heads, width: 32)
    let found = try model.examined(.fp32, Self.sentences())
    #expect(largestDifference(found.logits, try model.logits(Self.sentences())) < 1e-4)
    #expect(largestDifference(found.standard, found.logits) < 1e-4)
    #expect(found.fused["MultiHeadAttention"] == layers)
    #expect(found.fused["BiasGelu"] == layers)
    #expect(found.fused["LayerNormalization"] == 2 * layers + 1)
    // By ONNX Runtime's tool for transformers.
    #expect(found.optimized["MultiHeadAttention"] == layers)
    #expect(found.optimized["BiasGelu"] == layers)
    #expect(found.optimized["SkipLayerNormalization"] == 2 * layers)
    #expect(found.optimized["EmbedLayerNormalization"] == 1)
  }

  @Test("Halves say what our kernels make of halves") func halves() throws {
    let model = try ExportedModel(layers: 2, heads: 4, width: 32)
    let found = try model.examined(.fp16, Self.sentences())
    #expect(largestDifference(found.logits, try model.logits(Self.sentences())) < 0.02)
    // Weights are widened when the graph is loaded; rows of the three tables when they are looked up, the mask besides.
    #expect(found.operations["Cast"] == 3 + 1 + 2 * 6 + 2)
    #expect(found.fused["Cast"] == 3 + 1)
  }

  @Test("Bytes, each token by its own scale", arguments: [(24, false), (64, false), (64, true)])
  func dynamicBytes(_ width: Int, _ reducesRange: Bool) throws {
    let model = try ExportedModel(layers: 3, heads: 4, width: width).quantized(
      .int8PTQDynamic, reducesRange: reducesRange)
    let found = try model.examined(.int8, Self.sentences())
    let expected = try model.logits(Self.sentences())
    #expect(largestDifference(found.logits, expected) < 0.05)
    #expect(classes(found.logits) == classes(expected))
    // What shares the batch changes nothing but roundings of floats.
    #expect(largestDifference(found.logits, found.alone) < 0.05)
    #expect(found.fused["MatMulIntegerToFloat"] == 3 * 6 + 1)
  }

  @Test("Bytes, all tokens by one scale") func staticBytes() throws {
    let model = try ExportedModel(layers: 3, heads: 4, width: 64).quantized(.int8PTQ)
    let found = try model.examined(.int8, Self.sentences())
    let expected = try model.logits(Self.sentences())
    #expect(largestDifference(found.logits, expected) < 0.1)
    #expect(classes(found.logits) == classes(expected))
    // The pooler, of one token a sentence, is taken for a Gemm.
    #expect(found.fused["MatMulIntegerToFloat", default: 0] >= 3 * 6)
  }

  @Test(
    "Four bits",
    arguments: [
      FourBitOptions(group: 32), FourBitOptions(group: 64, isSymmetric: false),
      FourBitOptions(group: 32, isSymmetric: false, embeddings: .int4), FourBitOptions(group: 64, embeddings: .int4),
    ])
  func fourBits(_ options: FourBitOptions) throws {
    let model = try ExportedModel(layers: 3, heads: 4, width: 64).quantized(.int4, options)
    let found = try model.examined(.int4, Self.sentences())
    let expected = try model.logits(Self.sentences())
    #expect(largestDifference(found.logits, expected) < 0.25)
    #expect(found.fused["MatMulNBits"] == 3 * 6 + 1)
  }

  @Test("NF4 as the bytes that it is multiplied in") func normalFloat() throws {
    let options = FourBitOptions(group: 32, codebook: .nf4)
    let model = try ExportedModel(layers: 2, heads: 4, width: 64).quantized(.int4, options)
    #expect(ONNXPrecision(of: model.checkpoint) == .int8)
    let found = try model.examined(.int8, Self.sentences())
    let expected = try model.logits(Self.sentences())
    #expect(largestDifference(found.logits, expected) < 0.05)
    #expect(classes(found.logits) == classes(expected))
    #expect(found.fused["MatMulIntegerToFloat"] == 2 * 6 + 1)
  }

  @Test("Modules stored each in its own way") func mixed() throws {
    let layer = "bert.encoder.layer.0."
    let bytes = QuantizationConfiguration.Format(weights: .int8)
    let four = QuantizationConfiguration.Format(weights: .int4(group: 32, isSymmetric: false))
    let quantization = QuantizationConfiguration(
      modules: [
        "bert.embeddings.word_embeddings": four, "bert.embeddings.position_embeddings": bytes,
        // Not all three alike, so multiplied in floats.
        layer + "attention.self.query": bytes, layer + "attention.self.key": four,
        layer + "attention.output.dense": bytes, layer + "intermediate.dense": four, "bert.pooler.dense": bytes,
      ], ignore: ["classifier"])
    let model = try ExportedModel(layers: 2, heads: 4, width: 64).quantized(by: quantization)
    #expect(ONNXPrecision(of: model.checkpoint) == .int4 && ONNXExporter.multipliesBytes(model.checkpoint))
    let found = try model.examined(.int4, Self.sentences())
    #expect(largestDifference(found.logits, try model.logits(Self.sentences())) < 0.1)
    #expect((found.fused["MatMulIntegerToFloat"], found.fused["MatMulNBits"]) == (2, 1))
  }

  @Test("Tensors beside a graph that would be too large", arguments: ONNXPrecision.allCases)
  func external(_ precision: ONNXPrecision) throws {
    var model = try ExportedModel(layers: 1, heads: 4, width: 32)
    if precision == .int8 { model = try model.quantized(.int8PTQDynamic) }
    if precision == .int4 { model = try model.quantized(.int4, FourBitOptions(group: 32)) }
    let whole = try model.examined(precision, Self.sentences())
    let parts = try model.examined(precision, Self.sentences(), largestGraph: 20_000)
    #expect(whole.external.isEmpty)
    #expect(parts.external == [precision.fileName + "_data"])
    #expect(parts.logits == whole.logits)
  }
}
