import Bert
import Compute
import Foundation
import JSON
import TestSupport
import Testing

/// What is read of directories of the families, and what is written.
@Suite("Directories of the families") struct FamilyDirectoryTests {
  private static let backend = Result { try CPUBackend(instructionSet: .scalar, threadCount: 1) }

  private func logits(_ checkpoint: Checkpoint) throws -> [Float] {
    try PackedClassifier(checkpoint: checkpoint, backend: try CPUBackend()).logits(
      try EncoderInput(try FamilyGoldens.load().batch))
  }

  /// The tensors of a model with the family's names.
  private func tensors(_ model: FamilyModel, _ rename: (String) -> String? = { $0 }) throws -> [TensorToWrite] {
    let file = try SafetensorsFile(url: model.directory.appending(path: "model.safetensors"))
    return try file.entries.compactMap { entry in
      try rename(entry.name).map {
        TensorToWrite(name: $0, shape: entry.shape, dtype: entry.dtype, bytes: try file.bytes(of: entry.name))
      }
    }
  }

  @Test("Written again it has the names, keys and numbers that it had", arguments: FamilyModel.all)
  func roundTrip(_ family: EncoderFamily) throws {
    let model = try FamilyModel(family), backend = try Self.backend.get()
    try model.checkpoint.validate(requireClassifier: true)
    #expect(model.checkpoint.unusedNames == [])
    let copy = model.scratch.url.appending(path: "copy", directoryHint: .isDirectory)
    try model.classifier(on: backend).write(to: copy, tokenizerSource: nil, backend: backend)
    let before = try SafetensorsFile(url: model.directory.appending(path: "model.safetensors"))
    let after = try SafetensorsFile(url: copy.appending(path: "model.safetensors"))
    #expect(Set(after.entries.map(\.name)) == Set(before.entries.map(\.name)))
    for entry in before.entries { #expect(try after.floats(of: entry.name) == before.floats(of: entry.name)) }
    let configuration = try Checkpoint(modelDirectory: copy).configuration
    #expect(configuration.architectures == [family.classifierArchitecture])
    func members(_ directory: URL) throws -> [String: JSONValue] {
      let text = try [UInt8](Data(contentsOf: directory.appending(path: "config.json")))
      guard case .object(let members) = try JSONValue(parsing: text[...]) else { return [:] }
      return Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0.value) })
    }
    // What was read stays, and nothing comes to it but what says no more than the defaults.
    let (old, new) = (try members(model.directory), try members(copy))
    for (key, value) in old where key != "dtype" { #expect(new[key] == value, "\(key)") }
    #expect(Set(new.keys).subtracting(old.keys).isSubset(of: ["position_embedding_type", "torch_dtype"]))
  }

  @Test("A configuration of our own", arguments: EncoderFamily.allCases) func own(_ family: EncoderFamily) throws {
    let configuration = BertConfiguration(
      vocabSize: 50, hiddenSize: 64, numHiddenLayers: 3, numAttentionHeads: 4, intermediateSize: 128,
      maxPositionEmbeddings: 34, typeVocabSize: 1, padTokenID: 1, id2label: ["a", "b", "c"], family: family,
      embeddingSize: family == .electra ? 32 : nil)
    let read = try BertConfiguration(json: Array(configuration.json.utf8), path: "config.json")
    #expect(read.json == configuration.json)
    #expect(read.family == family && read.embeddingWidth == configuration.embeddingWidth)
    #expect((read.hiddenSize, read.numHiddenLayers, read.intermediateSize) == (64, 3, 128))
    #expect(read.maximumLength == (family == .roberta || family == .xlmRoberta ? 32 : 34))
    let keys = family == .distilbert ? ["dim", "n_layers", "n_heads", "hidden_dim"] : ["hidden_size"]
    for key in keys { #expect(configuration.json.contains("\"\(key)\"")) }
    #expect(configuration.json.contains("\"hidden_size\"") == (family != .distilbert))
  }

  @Test("What a missing key means is the family's affair") func defaults() throws {
    func read(_ members: String) throws -> BertConfiguration {
      try BertConfiguration(json: Array("{\(members)}".utf8), path: "config.json")
    }
    let sizes = """
      "vocab_size": 9, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8
      """
    let distil = try read(
      #""model_type": "distilbert", "vocab_size": 9, "dim": 8, "n_layers": 1, "n_heads": 2, "hidden_dim": 8"#)
    #expect((distil.headDropoutProb, distil.padTokenID, distil.layerNormEps) == (0.2, 0, 1e-12))
    let roberta = try read(#""model_type": "roberta", "# + sizes)
    #expect((roberta.padTokenID, roberta.maximumLength, roberta.headDropoutProb) == (1, 510, 0.1))
    #expect(try read(#""model_type": "electra", "# + sizes).embeddingWidth == 128)
    #expect(try read(#""architectures": ["XLMRobertaModel"], "# + sizes).family == .xlmRoberta)
    #expect(try read(#""architectures": ["ElectraForPreTraining"], "# + sizes).family == .electra)
  }

  @Test(
    "What can't be",
    arguments: [
      (#""model_type": "distilbert", "vocab_size": 9"#, "key 'dim': expected a count, found none"),
      (
        #""model_type": "roberta", "vocab_size": 9, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8, "max_position_embeddings": 2"#,
        "key 'max_position_embeddings': expected more than pad_token_id + 1 = 2, found 2"
      ),
      (
        #""model_type": "roberta", "vocab_size": 9, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8, "pad_token_id": null"#,
        "key 'pad_token_id': expected an id below vocab_size = 9, found null"
      ),
      (
        #""model_type": "albert""#,
        "only encoders of these architectures can be read: model_type 'bert', 'distilbert', 'electra', 'roberta', 'xlm-roberta'; this is model_type \"albert\""
      ),
    ])
  func refused(_ members: String, _ message: String) {
    do {
      _ = try BertConfiguration(json: Array("{\(members)}".utf8), path: "config.json")
      Issue.record("accepted")
    } catch { #expect("\(error)" == "config.json: " + message) }
  }

  @Test("An encoder without head, with what other heads have: the head is drawn anew", arguments: FamilyModel.all)
  func bareEncoder(_ family: EncoderFamily) throws {
    let model = try FamilyModel(family), backend = try Self.backend.get()
    let head = Set(
      ["bert.pooler.dense.weight", "bert.pooler.dense.bias", "classifier.weight", "classifier.bias"]
        .map(family.stored(tensor:)))
    let others = ["roberta.pooler.dense.weight", "vocab_transform.weight", "discriminator_predictions.dense.bias"]
    var tensors = try tensors(model) { name in
      head.contains(name) ? nil : name.split(separator: ".", maxSplits: 1).last.map(String.init)
    }
    tensors += others.map { TensorToWrite(name: $0, shape: [1], floats: [1]) }
    let bare = model.scratch.url.appending(path: "bare", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: bare, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      at: model.directory.appending(path: "config.json"), to: bare.appending(path: "config.json"))
    try SafetensorsWriter.write(tensors, to: bare.appending(path: "model.safetensors"))
    let checkpoint = try Checkpoint(modelDirectory: bare)
    #expect(Set(checkpoint.unusedNames) == Set(others))
    #expect(!checkpoint.hasClassifier && !checkpoint.hasPooler)
    let missing = model.scratch.message { try checkpoint.validate(requireClassifier: true) } ?? ""
    for name in head { #expect(missing.contains("'\(name)'"), "\(missing)") }
    let classifier = try BertClassifier(checkpoint: checkpoint, labels: ["no", "yes"], seed: 5, backend: backend)
    #expect(classifier.parameters["classifier.weight"].shape == [2, 16])
    #expect(try backend.read(classifier.parameters["bert.pooler.dense.bias"]).allSatisfy { $0 == 0 })
    let weights = try backend.read(classifier.parameters["bert.pooler.dense.weight"])
    let deviation = (weights.reduce(0) { $0 + $1 * $1 } / Float(weights.count)).squareRoot()
    // Of 256 draws with 0.02, as `initializer_range` says: within five standard errors.
    #expect(abs(deviation - 0.02) < 0.0045)
    #expect(
      try backend.read(classifier.parameters["bert.encoder.layer.1.output.dense.weight"])
        == model.checkpoint.floats("bert.encoder.layer.1.output.dense.weight"))
  }

  @Test("Shards, F16 and BF16", arguments: FamilyModel.all) func formats(_ family: EncoderFamily) throws {
    let model = try FamilyModel(family), expected = try logits(model.checkpoint)
    let config = try Data(contentsOf: model.directory.appending(path: "config.json"))
    func directory(_ name: String) throws -> URL {
      let url = model.scratch.url.appending(path: name, directoryHint: .isDirectory)
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      try config.write(to: url.appending(path: "config.json"))
      return url
    }
    let shards = try directory("shards"), all = try tensors(model)
    var map: [String: String] = [:]
    for (number, part) in [all[..<9], all[9...]].enumerated() {
      let name = "model-\(number).safetensors"
      try SafetensorsWriter.write(Array(part), to: shards.appending(path: name))
      for tensor in part { map[tensor.name] = name }
    }
    try JSONEncoder().encode(["weight_map": map]).write(to: shards.appending(path: "model.safetensors.index.json"))
    #expect(try logits(try Checkpoint(modelDirectory: shards)) == expected)

    for dtype in [SafetensorsDType.f16, .bf16] {
      // The same numbers in both directories, narrow and widened.
      let (a, b) = (try directory("narrow-\(dtype)"), try directory("wide-\(dtype)"))
      let file = try SafetensorsFile(url: model.directory.appending(path: "model.safetensors"))
      let narrow = try file.entries.map { entry in
        let bytes = try file.floats(of: entry.name).flatMap { value in
          let bits = dtype == .f16 ? HalfPrecision.bits(value) : UInt16(truncatingIfNeeded: value.bitPattern >> 16)
          return [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)]
        }
        return TensorToWrite(name: entry.name, shape: entry.shape, dtype: dtype, bytes: bytes)
      }
      try SafetensorsWriter.write(narrow, to: a.appending(path: "model.safetensors"))
      let halves = try SafetensorsFile(url: a.appending(path: "model.safetensors"))
      let wide = try halves.entries.map {
        TensorToWrite(name: $0.name, shape: $0.shape, floats: try halves.floats(of: $0.name))
      }
      try SafetensorsWriter.write(wide, to: b.appending(path: "model.safetensors"))
      let found = try logits(try Checkpoint(modelDirectory: a))
      #expect(largestDifference(found, try logits(try Checkpoint(modelDirectory: b)).map(Double.init)) < 1e-5)
      #expect(largestDifference(found, expected.map(Double.init)) < (dtype == .f16 ? 0.01 : 0.2))
    }
  }

  @Test("A quantised directory has the family's names of modules", arguments: FamilyModel.all)
  func quantization(_ family: EncoderFamily) throws {
    var configuration = try FamilyModel(family).checkpoint.configuration
    let query = "bert.encoder.layer.1.attention.self.query", pooler = "bert.pooler.dense"
    let int8 = QuantizationConfiguration.Format(weights: .int8)
    let quantization = QuantizationConfiguration(
      weights: [.embedding: .int8], modules: [query: int8, pooler: int8],
      ignore: ["classifier", "bert.encoder.layer.0.output.dense"])
    configuration.quantization = quantization
    let text = configuration.json
    #expect(!text.contains("\"bert."))
    for name in [query, pooler, "classifier"] { #expect(text.contains("\"\(family.stored(module: name))\"")) }
    let read = try BertConfiguration(json: Array(text.utf8), path: "config.json")
    #expect(read.quantization == quantization)
    // A name that no module has keeps nothing from being quantised.
    let foreign = text.replacing("\"\(family.stored(module: "classifier"))\"", with: "\"bert.pooler.dense\"")
    let other = try BertConfiguration(json: Array(foreign.utf8), path: "config.json").quantization
    #expect(other?.ignore == ["bert.encoder.layer.0.output.dense"])
  }
}
