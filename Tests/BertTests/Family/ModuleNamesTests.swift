import Bert
import TestSupport
import Testing

@Suite("Names of the families") struct ModuleNamesTests {
  private static func configuration(_ family: EncoderFamily) -> BertConfiguration {
    BertConfiguration(
      vocabSize: 10, hiddenSize: 8, numHiddenLayers: 11, numAttentionHeads: 1, intermediateSize: 8, family: family,
      embeddingSize: family == .electra ? 4 : nil)
  }

  @Test("Each stored name means the parameter that it was made of", arguments: EncoderFamily.allCases)
  func roundTrip(_ family: EncoderFamily) {
    let names = WeightNames.all(Self.configuration(family)).map(\.name)
    for name in names {
      let stored = family.stored(tensor: name)
      #expect(WeightNames.meaning(of: stored, family) == .parameter(name), "\(stored)")
      // Without the encoder's prefix, as in a bare encoder.
      let parts = stored.split(separator: ".", maxSplits: 1)
      if name.hasPrefix("bert."), name != "bert.pooler.dense.weight", name != "bert.pooler.dense.bias" {
        #expect(WeightNames.meaning(of: String(parts[1]), family) == .parameter(name), "\(stored)")
      }
      // What belongs to a quantised weight goes along.
      #expect(family.stored(tensor: name + "_scale") == stored + "_scale")
    }
    #expect(Set(names.map(family.stored(tensor:))).count == names.count)
  }

  @Test(
    "As transformers has them",
    arguments: [
      (
        EncoderFamily.distilbert, "bert.encoder.layer.10.attention.self.query.weight",
        "distilbert.transformer.layer.10.attention.q_lin.weight"
      ),
      (
        .distilbert, "bert.encoder.layer.0.output.LayerNorm.bias",
        "distilbert.transformer.layer.0.output_layer_norm.bias"
      ),
      (.distilbert, "bert.pooler.dense.weight", "pre_classifier.weight"),
      (.distilbert, "classifier.bias", "classifier.bias"),
      (.electra, "bert.embeddings_project.weight", "electra.embeddings_project.weight"),
      (
        .roberta, "bert.encoder.layer.3.output.dense.weight_packed",
        "roberta.encoder.layer.3.output.dense.weight_packed"
      ),
      (.xlmRoberta, "classifier.weight", "classifier.out_proj.weight"),
      (.xlmRoberta, "bert.pooler.dense.input_scale", "classifier.dense.input_scale"),
    ])
  func examples(_ family: EncoderFamily, _ canonical: String, _ stored: String) {
    #expect(family.stored(tensor: canonical) == stored)
  }

  @Test(
    "Other heads are of no use",
    arguments: [
      (EncoderFamily.distilbert, "vocab_transform.weight"), (.distilbert, "vocab_layer_norm.weight"),
      (.distilbert, "distilbert.transformer.layer.0.attention.self.query.weight"), (.distilbert, "qa_outputs.bias"),
      (.electra, "discriminator_predictions.dense.weight"), (.electra, "generator_lm_head.bias"),
      (.electra, "electra.embeddings.position_ids"), (.electra, "classifier.weight"),
      (.roberta, "lm_head.dense.weight"), (.roberta, "roberta.pooler.dense.weight"), (.roberta, "pooler.dense.bias"),
      (.roberta, "classifier.weight"), (.xlmRoberta, "lm_head.layer_norm.bias"),
    ])
  func unused(_ family: EncoderFamily, _ name: String) {
    #expect(WeightNames.meaning(of: name, family) == .unused)
  }
}
