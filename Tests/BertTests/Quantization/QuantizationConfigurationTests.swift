import Bert
import JSON
import Testing

@Suite("quantization_config") struct QuantizationConfigurationTests {
  static let linear = "bert.encoder.layer.0.attention.self.query.weight"
  static let word = "bert.embeddings.word_embeddings.weight"

  /// As other programs write it, for linear layers alone.
  static let foreign = """
    {"config_groups": {"group_0": {"input_activations": {"actorder": null, "block_structure": null, "dynamic": true,
      "group_size": null, "num_bits": 8, "observer": null, "observer_kwargs": {}, "strategy": "token", "symmetric": true,
      "type": "int"}, "output_activations": null, "targets": ["Linear"], "weights": {"actorder": null,
      "block_structure": null, "dynamic": false, "group_size": null, "num_bits": 8, "observer": "minmax",
      "observer_kwargs": {}, "strategy": "channel", "symmetric": true, "type": "int"}}},
     "format": "int-quantized", "global_compression_ratio": 1.2418, "ignore": ["classifier", "bert.pooler.dense"],
     "kv_cache_scheme": null, "quant_method": "compressed-tensors", "quantization_status": "compressed",
     "sparsity_config": {}, "transform_config": {}, "version": "0.12.2"}
    """

  private func read(_ quantization: String) throws -> BertConfiguration {
    try BertConfigurationTests.read(BertConfigurationTests.text("\"quantization_config\": \(quantization)"))
  }

  @Test("A file of another program, and that its spelling is kept") func reading() throws {
    let configuration = try read(Self.foreign)
    let quantization = try #require(configuration.quantization)
    #expect(quantization.targets == [.linear])
    #expect(quantization.quantizes(Self.linear))
    for name in [
      Self.word, "classifier.weight", "bert.pooler.dense.weight", "bert.encoder.layer.0.output.LayerNorm.weight",
      "bert.encoder.layer.0.output.dense.bias",
    ] {
      #expect(!quantization.quantizes(name), "\(name)")
    }
    let before = try JSONValue(parsing: Array(Self.foreign.utf8)[...])
    #expect(try JSONValue(parsing: Array(configuration.json.utf8)[...])["quantization_config"] == before)
  }

  @Test func writtenIsRead() throws {
    for targets in [Set<QuantizationConfiguration.ModuleClass>([.linear]), [.embedding], [.linear, .embedding]] {
      for ignore in [[], ["classifier"], ["classifier", "bert.embeddings.position_embeddings"]] {
        var configuration = try BertConfigurationTests.read(BertConfigurationTests.text())
        configuration.quantization = QuantizationConfiguration(targets: targets, ignore: ignore)
        let again = try BertConfigurationTests.read(configuration.json)
        #expect(again.quantization == configuration.quantization)
        #expect(again.json == configuration.json)
      }
    }
  }

  @Test("A change is written, and none leaves nothing behind") func changing() throws {
    var configuration = try read(Self.foreign)
    configuration.quantization = QuantizationConfiguration(targets: [.embedding], ignore: [])
    #expect(try BertConfigurationTests.read(configuration.json).quantization == configuration.quantization)
    configuration.quantization = nil
    #expect(!configuration.json.contains("quantization_config"))
    #expect(try read("null").quantization == nil)
  }

  @Test("Modules are ignored by old names, new names and classes") func ignoring() {
    let all: Set<QuantizationConfiguration.ModuleClass> = [.linear, .embedding]
    let bare = QuantizationConfiguration(
      targets: all, ignore: ["encoder.layer.0.attention.self.query", "embeddings.word_embeddings", "lm_head"])
    #expect(!bare.quantizes(Self.linear) && !bare.quantizes(Self.word))
    #expect(bare.quantizes("classifier.weight"))
    let byClass = QuantizationConfiguration(targets: all, ignore: ["Embedding"])
    #expect(byClass.quantizes(Self.linear) && !byClass.quantizes(Self.word))
  }

  @Test(
    "What can't be honoured is refused with file, key and expectation",
    arguments: [
      (
        #""num_bits": 8, "observer": "minmax""#, #""num_bits": 4"#, "group_0.weights.strategy",
        #""group", found "channel""#
      ),
      (#""num_bits": 8, "observer": "minmax""#, #""num_bits": 3"#, "group_0.weights.num_bits", "8 or 4, found 3"),
      (#""strategy": "channel""#, #""strategy": "tensor""#, "group_0.weights.strategy", #""channel", found "tensor""#),
      (#""strategy": "channel""#, #""strategy": "block""#, "group_0.weights.strategy", #""channel", found "block""#),
      (
        #""strategy": "channel""#, #""strategy": "channel", "zero": 1, "group_size": 128"#, "malformed JSON", "twice"
      ),
      (
        #""strategy": "channel", "symmetric": true"#, #""strategy": "channel", "symmetric": false"#,
        "group_0.weights.symmetric", "true, found false"
      ),
      (
        #""strategy": "token", "symmetric": true"#, #""strategy": "token", "symmetric": false"#,
        "group_0.input_activations.symmetric", "true, found false"
      ),
      (
        #""dynamic": true"#, #""dynamic": false"#, "group_0.input_activations.strategy", #""tensor", found "token""#
      ),
      (#""dynamic": true"#, #""dynamic": "local""#, "group_0.input_activations.dynamic", #"true, found "local""#),
      (#""dynamic": false"#, #""dynamic": true"#, "group_0.weights.dynamic", "false, found true"),
      (#""strategy": "token""#, #""strategy": "tensor""#, "group_0.input_activations.strategy", #""token""#),
      (#""output_activations": null"#, #""output_activations": {"num_bits": 8}"#, "output_activations", "null"),
      (#"["Linear"]"#, #"["Linear", "Embedding"]"#, "group_0.targets", #"["Linear"] or ["Embedding"]"#),
      (#"["Linear"]"#, #"["re:.*query"]"#, "group_0.targets", "found"),
      (#"["Linear"]"#, #"["Embedding"]"#, "group_0.input_activations", "null"),
      (#""int-quantized""#, #""pack-quantized""#, "group_0.format", #""int-quantized""#),
      (#""int-quantized""#, #""mixed-precision""#, "group_0.format", #""int-quantized", found none"#),
      (#""int-quantized""#, #""marlin-24""#, "quantization_config.format", #""pack-quantized""#),
      (
        #""compressed-tensors""#, #""gptq""#, "quantization_config.quant_method", #""compressed-tensors", found "gptq""#
      ),
      (#""compressed","#, #""frozen","#, "quantization_config.quantization_status", #""compressed""#),
      (#""kv_cache_scheme": null"#, #""kv_cache_scheme": {"num_bits": 8}"#, "kv_cache_scheme", "null"),
      (#""sparsity_config": {}"#, #""sparsity_config": {"format": "sparse-bitmask"}"#, "sparsity_config", "null"),
      (#"["classifier", "bert.pooler.dense"]"#, #"["re:.*"]"#, "quantization_config.ignore", "re:"),
      (#"["classifier", "bert.pooler.dense"]"#, #""classifier""#, "quantization_config.ignore", "a list"),
      (#"{"group_0":"#, #"{"W8A8": ["Linear"], "group_0":"#, "config_groups.W8A8", "an object"),
    ])
  func refusals(_ old: String, _ new: String, _ key: String, _ words: String) throws {
    try #require(Self.foreign.contains(old), "\(old)")
    var message = "nothing"
    do { _ = try read(Self.foreign.replacing(old, with: new, maxReplacements: 1)) } catch { message = "\(error)" }
    #expect(message.hasPrefix("config.json: ") && message.contains(key) && message.contains(words), "\(message)")
  }

  @Test("Nothing, and no groups", arguments: ["[]", "3", "{}", #""int8""#]) func nonsense(_ text: String) {
    #expect(throws: BertError.self) { try read(text) }
    let old = "\"config_groups\": {\"group_0\""
    #expect(throws: BertError.self) {
      try read(Self.foreign.replacing(old, with: "\"config_groups\": {}, \"x\": {\"y\""))
    }
  }

  @Test("Defaults are those of compressed-tensors") func defaults() throws {
    let short = """
      {"config_groups": {"a": {"targets": ["Linear"], "weights": {"group_size": -1},
        "input_activations": {"dynamic": true, "strategy": "token"}}},
       "format": "int-quantized", "quant_method": "compressed-tensors", "quantization_status": "compressed"}
      """
    #expect(try read(short).quantization == QuantizationConfiguration(targets: [.linear], ignore: []))
    // No strategy and no group size is one scale for the whole tensor.
    let whole = short.replacing(#""group_size": -1"#, with: #""num_bits": 8"#)
    #expect(throws: BertError.self) { try read(whole) }
  }
}
