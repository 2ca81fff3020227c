import Compute
public import FoundationEssentials
import JSON

/// The function between the two linear layers of a feed-forward block.
public enum HiddenActivation: String, CaseIterable, Sendable {
  /// x Φ(x), with the error function.
  case gelu
  /// The tanh approximation of ``gelu``. Also known as `gelu_pytorch_tanh`.
  case geluNew = "gelu_new"
  case relu

  init?(configured name: String) {
    self.init(rawValue: name == "gelu_pytorch_tanh" ? "gelu_new" : name)
  }
}

/// What a sequence classifier is trained for, as `problem_type` states it.
public enum ProblemType: String, CaseIterable, Sendable {
  case regression
  case singleLabelClassification = "single_label_classification"
  case multiLabelClassification = "multi_label_classification"
}

/// The hyper-parameters of an encoder and its classifier: Hugging Face's `config.json`, BERT's keys in camelCase whatever a
/// family calls them.
///
/// Keys that are not known here are kept for ``json``, so that a pruned model's file differs from its parent's only where
/// the model does.
///
/// - SeeAlso: Devlin et al., "BERT", 2018, arXiv:1810.04805; `BertConfig` of Hugging Face transformers.
public struct BertConfiguration: Equatable, Sendable {
  public var family: EncoderFamily
  public var vocabSize: Int
  public var hiddenSize: Int
  public var numHiddenLayers: Int
  public var numAttentionHeads: Int
  public var intermediateSize: Int
  /// The width of the embeddings; nil for that of the encoder. Of ELECTRA alone.
  public var embeddingSize: Int?
  public var hiddenAct: HiddenActivation
  public var hiddenDropoutProb: Double
  public var attentionProbsDropoutProb: Double
  /// Dropout before the classifier; nil takes ``hiddenDropoutProb``.
  public var classifierDropout: Double?
  public var maxPositionEmbeddings: Int
  /// 1 where the family has no segments.
  public var typeVocabSize: Int
  public var initializerRange: Double
  public var layerNormEps: Double
  public var padTokenID: Int?
  /// The name of each class, in the order of the logits.
  public var id2label: [String]
  public var label2id: [String: Int]
  public var problemType: ProblemType?
  public var architectures: [String]?
  /// The format of the stored weights as `torch_dtype` (or, since transformers 4.56, `dtype`) states it, such as "float16".
  public var dtype: String?

  /// Which weights are stored quantised; nil for floats throughout.
  public var quantization: QuantizationConfiguration?

  /// The file's members, for what ``json`` has to keep.
  private(set) var readMembers: [JSONMember] = []
  /// ``quantization`` as it was read: one that hasn't changed keeps its spelling.
  private(set) var readQuantization: QuantizationConfiguration?

  /// K, the number of classes.
  public var numLabels: Int { id2label.count }

  /// Of the dropout in the head.
  public var headDropoutProb: Double { classifierDropout ?? hiddenDropoutProb }

  /// D, the size of an attention head.
  public var headSize: Int { hiddenSize / numAttentionHeads }

  /// A configuration of our own making. The defaults are those of `BertConfig`, which is BERT-base.
  public init(
    vocabSize: Int = 30522, hiddenSize: Int = 768, numHiddenLayers: Int = 12, numAttentionHeads: Int = 12,
    intermediateSize: Int = 3072, hiddenAct: HiddenActivation = .gelu, hiddenDropoutProb: Double = 0.1,
    attentionProbsDropoutProb: Double = 0.1, classifierDropout: Double? = nil, maxPositionEmbeddings: Int = 512,
    typeVocabSize: Int = 2, initializerRange: Double = 0.02, layerNormEps: Double = 1e-12, padTokenID: Int? = 0,
    id2label: [String] = ["LABEL_0", "LABEL_1"], family: EncoderFamily = .bert, embeddingSize: Int? = nil
  ) {
    self.family = family
    self.embeddingSize = embeddingSize == hiddenSize ? nil : embeddingSize
    self.vocabSize = vocabSize
    self.hiddenSize = hiddenSize
    self.numHiddenLayers = numHiddenLayers
    self.numAttentionHeads = numAttentionHeads
    self.intermediateSize = intermediateSize
    self.hiddenAct = hiddenAct
    self.hiddenDropoutProb = hiddenDropoutProb
    self.attentionProbsDropoutProb = attentionProbsDropoutProb
    self.classifierDropout = classifierDropout
    self.maxPositionEmbeddings = maxPositionEmbeddings
    self.typeVocabSize = family.hasTokenTypes ? typeVocabSize : 1
    self.initializerRange = initializerRange
    self.layerNormEps = layerNormEps
    self.padTokenID = padTokenID
    self.id2label = id2label
    label2id = Dictionary(zip(id2label, 0...), uniquingKeysWith: { first, _ in first })
    architectures = [family.classifierArchitecture]
  }

  /// Names the classes; ``label2id`` follows.
  public mutating func setLabels(_ labels: [String]) {
    id2label = labels
    label2id = Dictionary(zip(labels, 0...), uniquingKeysWith: { first, _ in first })
  }
}

extension BertConfiguration {
  /// Reads and checks a `config.json`. A key that is missing takes the default of the family's class in transformers, except
  /// the five sizes without which the file is hardly an encoder's.
  ///
  /// - Throws: ``BertError/file(_:)``, ``BertError/malformedJSON(path:offset:reason:)``,
  ///   ``BertError/unsupportedArchitecture(path:found:)`` and ``BertError/configuration(path:key:expected:found:)``.
  public init(url: URL) throws(BertError) {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try MappedFile(url: url).withBytes { $0.withUnsafeBytes { [UInt8]($0) } }
    } catch { throw .file(error) }
    try self.init(json: bytes, path: url.path(percentEncoded: false))
  }

  /// Reads and checks the text of a `config.json`; `path` is for messages.
  public init(json: [UInt8], path: String) throws(BertError) {
    let root: JSONValue
    do throws(JSONError) {
      root = try JSONValue(parsing: json[...])
    } catch {
      throw .malformedJSON(path: path, offset: error.offset, reason: error.reason)
    }
    guard case .object(let members) = root else {
      throw .malformedJSON(path: path, offset: 0, reason: "expected an object, found \(root.evidence)")
    }
    let reader = try ConfigurationReader(root: root, path: path)
    let keys = reader.keys

    self.init(
      vocabSize: try reader.count("vocab_size"),
      hiddenSize: try reader.count(keys.hiddenSize),
      numHiddenLayers: try reader.count(keys.numHiddenLayers, upTo: ConfigurationReader.largestLayerCount),
      numAttentionHeads: try reader.count(keys.numAttentionHeads),
      intermediateSize: try reader.count(keys.intermediateSize),
      hiddenAct: try reader.activation(),
      hiddenDropoutProb: try reader.probability(keys.hiddenDropoutProb) ?? 0.1,
      attentionProbsDropoutProb: try reader.probability(keys.attentionProbsDropoutProb) ?? 0.1,
      classifierDropout: try reader.probability(keys.classifierDropout) ?? keys.classifierDropoutDefault,
      maxPositionEmbeddings: try reader.count("max_position_embeddings", orElse: 512),
      typeVocabSize: keys.hasTypesAndNorms ? try reader.count("type_vocab_size", orElse: 2) : 1,
      initializerRange: try reader.positive("initializer_range", orElse: 0.02),
      layerNormEps: keys.hasTypesAndNorms ? try reader.positive("layer_norm_eps", orElse: 1e-12) : 1e-12,
      padTokenID: nil,
      id2label: try reader.labels(), family: reader.family,
      embeddingSize: try keys.embeddingSizeDefault.map { (standard) throws(BertError) in
        try reader.count("embedding_size", orElse: standard)
      })
    guard hiddenSize % numAttentionHeads == 0 else {
      throw reader.failure(keys.numAttentionHeads, "a divisor of \(keys.hiddenSize) = \(hiddenSize)")
    }
    padTokenID = try reader.padTokenID(vocabSize: vocabSize)
    guard maximumLength > 0 else {
      throw reader.failure("max_position_embeddings", "more than pad_token_id + 1 = \(firstPosition)")
    }
    label2id = try reader.labelIDs() ?? label2id
    problemType = try reader.problemType()
    architectures = try reader.architectures()
    dtype = reader.root["dtype"]?.text ?? reader.root["torch_dtype"]?.text
    if let value = root[QuantizationConfiguration.key], value != .null {
      quantization = try QuantizationConfiguration(json: value, path: path, family: family)
      readQuantization = quantization
    }
    readMembers = members
  }
}
