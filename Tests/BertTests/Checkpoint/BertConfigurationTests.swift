import Bert
import Foundation
import JSON
import TestSupport
import Testing

@Suite("config.json") struct BertConfigurationTests {
  /// The sizes without which nothing is read, and whatever else a test wants to say.
  static func text(_ more: String...) -> String {
    let sizes = [
      #""vocab_size": 97"#, #""hidden_size": 24"#, #""num_hidden_layers": 3"#, #""num_attention_heads": 4"#,
      #""intermediate_size": 40"#,
    ]
    let key = { (member: String) in member.split(separator: ":")[0] }
    let kept = sizes.filter { size in !more.contains { key($0) == key(size) } }
    return "{" + (kept + more).joined(separator: ", ") + "}"
  }

  static func read(_ text: String) throws -> BertConfiguration {
    try BertConfiguration(json: Array(text.utf8), path: "config.json")
  }

  @Test("The file of Hugging Face's tiny model")
  func golden() throws {
    let c = try BertConfiguration(url: Goldens.tinyBert.appending(path: "config.json"))
    #expect((c.vocabSize, c.hiddenSize, c.numHiddenLayers, c.numAttentionHeads) == (97, 24, 3, 4))
    #expect((c.intermediateSize, c.maxPositionEmbeddings, c.typeVocabSize) == (40, 32, 2))
    #expect((c.hiddenAct, c.layerNormEps, c.hiddenDropoutProb, c.classifierDropout) == (.gelu, 1e-12, 0.1, nil))
    #expect(c.id2label == ["negative", "neutral", "positive"])
    #expect(c.label2id == ["negative": 0, "neutral": 1, "positive": 2])
    #expect((c.headSize, c.numLabels, c.padTokenID) == (6, 3, 0))
    #expect(c.architectures == ["BertForSequenceClassification"])
    for (name, activation) in [("gelu_new", HiddenActivation.geluNew), ("relu", .relu)] {
      let url = Goldens.url("tiny-bert-\(name)/config.json")
      #expect(try BertConfiguration(url: url).hiddenAct == activation)
    }
  }

  @Test("Missing keys take Hugging Face's defaults")
  func defaults() throws {
    let c = try Self.read(Self.text())
    #expect(
      (c.hiddenAct, c.hiddenDropoutProb, c.attentionProbsDropoutProb, c.classifierDropout) == (.gelu, 0.1, 0.1, nil))
    #expect((c.maxPositionEmbeddings, c.typeVocabSize, c.initializerRange, c.layerNormEps) == (512, 2, 0.02, 1e-12))
    #expect((c.padTokenID, c.problemType, c.architectures) == (0, nil, nil))
    #expect(c.id2label == ["LABEL_0", "LABEL_1"])
    #expect(try Self.read(Self.text(#""num_labels": 5"#)).id2label.last == "LABEL_4")
    #expect(try Self.read(Self.text(#""pad_token_id": null"#)).padTokenID == nil)
    #expect(try Self.read(Self.text(#""hidden_act": "gelu_pytorch_tanh""#)).hiddenAct == .geluNew)
    #expect(try Self.read(Self.text(#""layer_norm_eps": 1e-05"#)).layerNormEps == 1e-5)
  }

  @Test("A rewrite keeps unknown keys, order and spelling, and changes what changed")
  func rewrite() throws {
    let original = Self.text(
      #""torch_dtype": "float32""#, #""layer_norm_eps": 1e-12"#, #""my_key": {"b": [1, 2.50], "a": "x"}"#,
      #""model_type": "bert""#, #""hidden_act": "gelu_pytorch_tanh""#)
    var c = try Self.read(original)
    let same = try JSONValue(parsing: Array(c.json.utf8)[...])
    let before = try JSONValue(parsing: Array(original.utf8)[...])
    guard case .object(let members) = before else { return }
    for member in members { #expect(same[member.name] == member.value, "\(member.name)") }
    #expect(try Self.read(c.json).json == c.json)

    c.numHiddenLayers = 2
    c.dtype = "float16"
    c.setLabels(["no", "yes", "perhaps"])
    let changed = try Self.read(c.json)
    #expect((changed.numHiddenLayers, changed.dtype) == (2, "float16"))
    #expect(changed.id2label == ["no", "yes", "perhaps"])
    #expect(changed.label2id == ["no": 0, "yes": 1, "perhaps": 2])
    #expect(c.json.contains("\"my_key\": {\n    \"b\": [\n      1,\n      2.50\n    ],"))
    #expect(!c.json.contains("\"dtype\""))

    let golden = try BertConfiguration(url: Goldens.tinyBert.appending(path: "config.json"))
    #expect(try golden.json.utf8.elementsEqual(Goldens.bytes("tiny-bert/config.json")))
  }

  @Test("A configuration of our own")
  func own() throws {
    let c = BertConfiguration(
      hiddenSize: 1024, numHiddenLayers: 24, numAttentionHeads: 16, intermediateSize: 4096, classifierDropout: 0.2)
    let read = try Self.read(c.json)
    #expect((read.vocabSize, read.hiddenSize, read.numHiddenLayers, read.classifierDropout) == (30522, 1024, 24, 0.2))
    #expect(read.json == c.json)
  }

  static let broken: [(String, String)] = [
    ("{", "config.json: malformed JSON at byte 1: expected a name in quotes, found the end of the text"),
    ("[]", "config.json: malformed JSON at byte 0: expected an object, found []"),
    (
      "{}",
      "config.json: key 'vocab_size': expected a count, found none"
    ),
    (
      text(#""model_type": "mobilebert""#),
      "config.json: only encoders of these architectures can be read: model_type 'bert', 'distilbert', 'electra', 'roberta', 'xlm-roberta'; this is model_type \"mobilebert\""
    ),
    (
      text(#""architectures": ["AlbertModel"]"#),
      "config.json: only encoders of these architectures can be read: model_type 'bert', 'distilbert', 'electra', 'roberta', 'xlm-roberta'; this is \"AlbertModel\""
    ),
    (
      text(#""architectures": ["BertModel", "ElectraModel"]"#),
      "config.json: only encoders of these architectures can be read: model_type 'bert', 'distilbert', 'electra', 'roberta', 'xlm-roberta'; this is \"ElectraModel\""
    ),
    (
      text(#""position_embedding_type": "relative_key""#),
      "config.json: key 'position_embedding_type': expected \"absolute\", found \"relative_key\""
    ),
    (
      text(#""is_decoder": true"#), "config.json: key 'is_decoder': expected false (encoders only), found true"
    ),
    (
      text(#""pruned_heads": {"0": [1]}"#),
      "config.json: key 'pruned_heads': expected none (models with single heads removed are not read), found an object of 1"
    ),
    (
      text(#""hidden_size": "24""#),
      "config.json: key 'hidden_size': expected a count from 1 to 16777216, found \"24\""
    ),
    (text(#""vocab_size": 0"#), "config.json: key 'vocab_size': expected a count from 1 to 16777216, found 0"),
    (
      text(#""vocab_size": 9223372036854775807"#),
      "config.json: key 'vocab_size': expected a count from 1 to 16777216, found 9223372036854775807"
    ),
    (
      text(#""num_attention_heads": 5"#),
      "config.json: key 'num_attention_heads': expected a divisor of hidden_size = 24, found 5"
    ),
    (
      text(#""hidden_act": "silu""#),
      "config.json: key 'hidden_act': expected \"gelu\", \"gelu_new\", \"gelu_pytorch_tanh\" or \"relu\", found \"silu\""
    ),
    (
      text(#""hidden_dropout_prob": 1"#),
      "config.json: key 'hidden_dropout_prob': expected a number in 0 ..< 1, found 1"
    ),
    (text(#""layer_norm_eps": 0"#), "config.json: key 'layer_norm_eps': expected a number above 0, found 0"),
    (text(#""layer_norm_eps": 1e-60"#), "config.json: key 'layer_norm_eps': expected a number above 0, found 1e-60"),
    (
      text(#""pad_token_id": 97"#), "config.json: key 'pad_token_id': expected an id below vocab_size = 97, found 97"
    ),
    (
      text(#""id2label": {"0": "a", "2": "b"}"#),
      "config.json: key 'id2label': expected one name for each class from \"0\" to \"1\", found \"2\": \"b\""
    ),
    (
      text(#""id2label": {"0": "a", "1": "b"}, "num_labels": 3"#),
      "config.json: key 'num_labels': expected 2, as id2label has, found 3"
    ),
    (
      text(#""id2label": {"0": "a"}"#, #""label2id": {"a": 1}"#),
      "config.json: key 'label2id': expected class numbers below 1, found \"a\": 1"
    ),
    (
      text(#""problem_type": "ranking""#),
      "config.json: key 'problem_type': expected \"regression\" or \"single_label_classification\" or \"multi_label_classification\", found \"ranking\""
    ),
  ]

  @Test(arguments: broken)
  func refused(_ text: String, _ message: String) {
    let error = #expect(throws: BertError.self) { try Self.read(text) }
    #expect(error.map { "\($0)" } == message)
  }

  @Test("5,000 damaged files are refused or read, and what is read can be written and read again")
  func damaged() throws {
    let good = try Goldens.bytes("tiny-bert/config.json")
    var random = SeededGenerator(state: 11)
    var accepted = 0
    for round in 0..<5000 {
      var bytes = good
      if round % 4 == 0 { bytes.removeLast(Int.random(in: 1...bytes.count, using: &random)) }
      for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] =
          Bool.random(using: &random)
          ? UInt8.random(in: 0 ... .max, using: &random) : good.randomElement(using: &random) ?? 0
      }
      guard let read = try? BertConfiguration(json: bytes, path: "config.json") else { continue }
      accepted += 1
      #expect(try Self.read(read.json).json == read.json, "round \(round)")
    }
    #expect(accepted > 0 && accepted < 4000, "\(accepted) accepted")
  }
}
