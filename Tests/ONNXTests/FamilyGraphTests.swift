import Bert
import Compression
import ONNX
import TestSupport
import Testing

/// Graphs of BERT's relatives, as ONNX's checker and ONNX Runtime see them.
@Suite("Exported graphs of the families", .enabled(if: Peers.areAsked)) struct FamilyGraphTests {
  private static let families = EncoderFamily.allCases.filter { $0 != .bert }

  private func largestDifference(_ found: [[Double]], _ expected: [[Double]]) -> Double {
    guard found.map(\.count) == expected.map(\.count) else { return .infinity }
    return zip(found.joined(), expected.joined()).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  private func classes(_ logits: [[Double]]) -> [Int?] { logits.map { row in row.indices.max { row[$0] < row[$1] } } }

  @Test("Floats say what PyTorch says", arguments: families) func floats(_ family: EncoderFamily) throws {
    let goldens = try FamilyGoldens.load()
    let expected = try #require(goldens.families[family.rawValue])
    let model = try ExportedModel(golden: family)
    let found = try model.examined(
      .fp32, goldens.sentences.map { RuntimeFindings.Sentence(ids: $0.ids, types: $0.types) })
    #expect(largestDifference(found.logits, expected.logits) < 1e-5)
    #expect(largestDifference(found.alone, expected.logits) < 1e-5)
    #expect(largestDifference(found.standard, expected.logits) < 1e-5)
    let padding = expected.padding_inside
    let inside = try model.examined(.fp32, [RuntimeFindings.Sentence(ids: padding.ids, types: padding.types)])
    #expect(largestDifference(inside.logits, padding.logits) < 1e-5)
    // In each layer two, and that of the embeddings, alone or fused with what comes before.
    let norms = found.fused.filter { $0.key.hasSuffix("LayerNormalization") }
    #expect(norms.values.reduce(0, +) == 2 * 2 + 1, "\(found.fused)")
    #expect(found.fused["MultiHeadAttention"] == 2)
  }

  @Test("Halves, bytes and four bits say what our kernels make of them", arguments: families)
  func narrow(_ family: EncoderFamily) throws {
    // Other ids than padding's, or it would be padding inside.
    let sentences = try Goldens.batch().sentences.map {
      RuntimeFindings.Sentence(ids: $0.ids.map { max($0, 2) }, types: $0.types)
    }
    let model = try ExportedModel(family)
    let half = try model.examined(.fp16, sentences)
    #expect(largestDifference(half.logits, try model.logits(sentences)) < 0.02)
    let linear = 2 * 6 + 1 + (family == .electra ? 1 : 0)
    for scheme in [QuantizationScheme.int8PTQDynamic, .int8PTQ] {
      let bytes = try model.quantized(scheme)
      let found = try bytes.examined(.int8, sentences)
      let expected = try bytes.logits(sentences)
      #expect(largestDifference(found.logits, expected) < 0.1, "\(scheme)")
      #expect(classes(found.logits) == classes(expected), "\(scheme)")
      // The head's, of one token a sentence, may be taken for a Gemm.
      #expect(found.fused["MatMulIntegerToFloat", default: 0] >= linear - 1, "\(scheme)")
    }
    for embeddings in FourBitOptions.Embeddings.allCases {
      let four = try model.quantized(.int4, FourBitOptions(group: 32, embeddings: embeddings))
      let found = try four.examined(.int4, sentences)
      #expect(largestDifference(found.logits, try four.logits(sentences)) < 0.25, "\(embeddings)")
      #expect(found.fused["MatMulNBits", default: 0] >= linear - 1, "\(embeddings)")
    }
  }
}
