import Bert
import Compute
import Foundation
import JSON
import TestSupport
import Testing

@Suite("Modules that are quantised by name") struct NamedModulesTests {
  typealias Format = QuantizationConfiguration.Format

  static let query = "bert.encoder.layer.0.attention.self.query"
  static let pooler = "bert.pooler.dense"
  static let word = "bert.embeddings.word_embeddings"
  static let int4 = Format(weights: .int4(group: 64, isSymmetric: true))
  static let int8 = Format(weights: .int8)

  private func written(_ quantization: QuantizationConfiguration) throws -> QuantizationConfiguration? {
    var configuration = try BertConfigurationTests.read(BertConfigurationTests.text())
    configuration.quantization = quantization
    let again = try BertConfigurationTests.read(configuration.json)
    #expect(again.json == configuration.json)
    return again.quantization
  }

  @Test(
    "What is written is read",
    arguments: [
      QuantizationConfiguration(modules: [query: int4], ignore: []),
      QuantizationConfiguration(modules: [query: int4, pooler: int8, word: int8], ignore: ["classifier"]),
      QuantizationConfiguration(
        modules: [
          word: Format(weights: .int4(group: 32, isSymmetric: false)),
          pooler: Format(weights: .int8, inputs: .perTensor(isSymmetric: false)),
        ], ignore: ["classifier", query]),
      QuantizationConfiguration(
        weights: [.linear: .int8, .embedding: .int8], modules: [query: int4], ignore: ["classifier"]),
      QuantizationConfiguration(
        weights: [.linear: .int8], modules: [pooler: int8], ignore: ["classifier"],
        inputs: .perTensor(isSymmetric: false)),
    ])
  func roundTrip(_ quantization: QuantizationConfiguration) throws {
    #expect(try written(quantization) == quantization)
  }

  @Test("A name goes before its class, and what is ignored before both") func precedence() {
    let quantization = QuantizationConfiguration(
      weights: [.linear: .int8, .embedding: .int8],
      modules: ["encoder.layer.0.attention.self.query": Self.int4, Self.pooler: Self.int4, "cls.decoder": Self.int4],
      ignore: ["classifier", "pooler.dense"], inputs: .perTensor(isSymmetric: false))
    // Names without "bert." mean the same, and what BERT has not means nothing.
    #expect(quantization.modules == [Self.query: Self.int4, Self.pooler: Self.int4])
    #expect(quantization.format(of: Self.query + ".weight") == .int4(group: 64, isSymmetric: true))
    #expect(!quantization.hasInputScale(Self.query + ".weight"), "four bits have a scale for each token")
    let key = "bert.encoder.layer.0.attention.self.key.weight"
    #expect(quantization.format(of: key) == .int8 && quantization.hasInputScale(key))
    #expect(quantization.format(of: Self.word + ".weight") == .int8)
    #expect(!quantization.hasInputScale(Self.word + ".weight"))
    for name in ["classifier.weight", Self.pooler + ".weight", Self.query + ".bias"] {
      #expect(!quantization.quantizes(name), "\(name)")
    }
    let byClass = QuantizationConfiguration(
      modules: [Self.query: Self.int8, Self.word: Self.int8], ignore: ["Linear"])
    #expect(!byClass.quantizes(Self.query + ".weight") && byClass.quantizes(Self.word + ".weight"))
    #expect(byClass.targets == [.embedding])
  }

  @Test("Groups of one class and format, modules in the order of the model") func text() throws {
    let layers = [0, 2, 10].map { "bert.encoder.layer.\($0).output.dense" }
    var modules = [Self.pooler: Self.int8, Self.word: Self.int8]
    for layer in layers { modules[layer] = Self.int4 }
    let json = QuantizationConfiguration(modules: modules, ignore: ["classifier"]).json(for: .bert)
    func group(_ number: Int) throws -> JSONValue {
      try #require(json["config_groups"]?["group_\(number)"])
    }
    func names(_ number: Int) throws -> [String] { try group(number)["targets"]?.elements?.compactMap(\.text) ?? [] }
    #expect(try names(0) == [Self.word])
    #expect(try names(1) == layers)
    #expect(try names(2) == [Self.pooler])
    #expect(json["config_groups"]?["group_3"] == nil)
    #expect(json["format"] == .string("mixed-precision"))
    #expect(try group(0)["input_activations"] == .null)
    #expect(try group(1)["format"] == .string("pack-quantized"))
    #expect(try group(2)["format"] == .string("int-quantized"))
    #expect(try group(1)["input_activations"]?["strategy"] == .string("token"))
  }

  @Test("Names in another program's file") func reading() throws {
    let text = QuantizationConfigurationTests.foreign.replacing(
      #"["Linear"]"#,
      with: #"["encoder.layer.0.attention.self.query", "classifier", "bert.encoder.layer.1.output.dense"]"#)
    let configuration = try BertConfigurationTests.read(
      BertConfigurationTests.text("\"quantization_config\": \(text)"))
    let quantization = try #require(configuration.quantization)
    #expect(quantization.weights.isEmpty && quantization.targets == [.linear])
    #expect(
      quantization.modules == [
        Self.query: Self.int8, "classifier": Self.int8, "bert.encoder.layer.1.output.dense": Self.int8,
      ])
    #expect(!quantization.quantizes("classifier.weight"), "it is ignored")
    #expect(!quantization.quantizes("bert.encoder.layer.0.attention.self.key.weight"))
  }

  @Test(
    "What can't be honoured is refused with file, key and expectation",
    arguments: [
      (#"["re:.*query"]"#, "patterns"), (#"["bert.encoder.layer.0.output.LayerNorm"]"#, "LayerNorm"),
      (#"["lm_head"]"#, #"found ["lm_head"]"#), (#"["Conv2d"]"#, #"["Linear"] or ["Embedding"]"#), ("[]", "found []"),
      (#"["bert.pooler.dense", "bert.embeddings.word_embeddings"]"#, "names of modules of one of these"),
      (#"["bert.pooler.dense", "Embedding"]"#, "names of modules of one of these"),
      (#"["bert.pooler.dense", "pooler.dense"]"#, "'bert.pooler.dense' once in all groups"),
      (#"["bert.pooler.dense", 3]"#, "names"), (#""bert.pooler.dense""#, "names"),
    ])
  func refusals(_ targets: String, _ words: String) throws {
    let text = QuantizationConfigurationTests.foreign.replacing(#"["Linear"]"#, with: targets)
    var message = "nothing"
    do {
      _ = try BertConfigurationTests.read(BertConfigurationTests.text("\"quantization_config\": \(text)"))
    } catch { message = "\(error)" }
    #expect(
      message.hasPrefix("config.json: key 'quantization_config.config_groups.group_0.targets': expected "), "\(message)"
    )
    #expect(message.contains(words), "\(message)")
  }

  @Test("A module in two groups is refused") func twice() throws {
    let config = QuantizationConfiguration(modules: [Self.pooler: Self.int8, Self.query: Self.int4], ignore: [])
    let text = config.json(for: .bert).compact.replacing(
      #""targets":["\#(Self.query)"]"#, with: #""targets":["\#(Self.query)","\#(Self.pooler)"]"#)
    #expect(throws: BertError.self) {
      try BertConfigurationTests.read(BertConfigurationTests.text("\"quantization_config\": \(text)"))
    }
  }

  @Test("A directory with some modules of whole numbers, by name and by class") func directory() throws {
    let byName = try QuantizedModel(
      QuantizationConfiguration(
        modules: Dictionary(
          uniqueKeysWithValues: ["query", "key", "value"].map {
            ("bert.encoder.layer.1.attention.self.\($0)", Self.int8)
          }), ignore: ["classifier"]))
    let checkpoint = try Checkpoint(modelDirectory: byName.quantized)
    try checkpoint.validate(requireClassifier: true)
    try checkpoint.validateValues()
    #expect(checkpoint.unusedNames.isEmpty)
    let quantized = checkpoint.names.filter { checkpoint.dtype(of: $0) == .i8 }
    #expect(quantized.count == 3 && quantized.allSatisfy { $0.contains("layer.1.attention.self.") })
    let backend = try CPUBackend(threadCount: 1)
    let input = try QuantizedModel.input(9, seed: 4)
    let logits = try PackedClassifier(checkpoint: checkpoint, backend: backend).logits(input)
    let floats = try PackedClassifier(
      checkpoint: Checkpoint(modelDirectory: byName.floats), backend: backend
    ).logits(input)
    #expect(logits != floats)
    for (a, b) in zip(logits, floats) { #expect(abs(a - b) < 0.05 * max(1, abs(b))) }

    // The same numbers of which the configuration says nothing.
    let config = byName.quantized.appending(path: "config.json")
    let text = try String(contentsOf: config, encoding: .utf8)
    try Data(text.replacing("layer.1.attention.self.key\"", with: "layer.1.attention.self.kay\"").utf8).write(
      to: config)
    let key = "bert.encoder.layer.1.attention.self.key.weight"
    let other = try Checkpoint(modelDirectory: byName.quantized)
    #expect(throws: BertError.unexpectedQuantization(path: other.path, tensor: key, found: .i8)) {
      try other.validate(requireClassifier: true)
    }
  }

  @Test("Parts that have one format together") func units() throws {
    let configuration = try Checkpoint(modelDirectory: Goldens.tinyBert).configuration
    let units = QuantizationUnit.all(configuration)
    let layers = configuration.numHiddenLayers
    #expect(units.count == 4 * layers + 2)
    #expect(units[0].name == "bert.embeddings" && units[0].modules.count == 3 && units[0].layer == nil)
    #expect(units[1].name == "bert.encoder.layer.0.attention.self" && units[1].layer == 0)
    #expect(units[1].modules == ["query", "key", "value"].map { units[1].name + "." + $0 })
    #expect(units.last?.modules == [Self.pooler] && units.last?.layer == layers)
    let weights = units.flatMap(\.weights)
    let all = WeightNames.all(configuration).map(\.name).filter { QuantizedModel.all.quantizes($0) }
    #expect(weights == all)
  }
}
