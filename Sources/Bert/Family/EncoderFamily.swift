public import Compute

/// An architecture whose encoder is BERT's but for names, positions, embeddings and head; the raw value is its `model_type`.
///
/// Inside, all go by BERT's names and keys. What a family spells otherwise is translated where directories are read and
/// written; what it computes otherwise is asked of here.
///
/// - SeeAlso: Sanh et al., "DistilBERT", 2019, arXiv:1910.01108; Clark et al., "ELECTRA", 2020, arXiv:2003.10555; Liu et al.,
///   "RoBERTa", 2019, arXiv:1907.11692; Conneau et al., "XLM-R", 2019, arXiv:1911.02116; their models in Hugging Face
///   transformers.
public enum EncoderFamily: String, CaseIterable, Sendable {
  case bert
  case distilbert
  case electra
  case roberta
  case xlmRoberta = "xlm-roberta"

  /// What the names of transformers' classes begin with.
  private var className: String {
    switch self {
    case .bert: "Bert"
    case .distilbert: "DistilBert"
    case .electra: "Electra"
    case .roberta: "Roberta"
    case .xlmRoberta: "XLMRoberta"
    }
  }

  /// The class of transformers that reads a classifier of this family.
  public var classifierArchitecture: String { className + "ForSequenceClassification" }

  /// The family of one of transformers' classes, such as `RobertaForMaskedLM`.
  init?(architecture: String) {
    let families = Self.allCases.filter { family in
      ["For", "Model", "LMHead"].contains { architecture.hasPrefix(family.className + $0) }
    }
    guard let family = families.first else { return nil }
    self = family
  }
}

// What is computed otherwise.
extension EncoderFamily {
  /// Whether a token's embedding has a part for its segment.
  package var hasTokenTypes: Bool { self != .distilbert }

  /// Whether tokenizers of this family tell segments apart; where they don't, all are segment 0.
  private var tellsSegmentsApart: Bool { self == .bert || self == .electra }

  /// Whether positions count from the one after the padding's.
  package var countsFromPadding: Bool { self == .roberta || self == .xlmRoberta }

  /// Whether what attention gives is dropped out before it is added to its input.
  var dropsAttentionOutput: Bool { self != .distilbert }

  /// Whether the head begins with dropout; all have one before their last layer.
  var dropsHeadInput: Bool {
    switch self {
    case .bert, .distilbert: false
    case .electra, .roberta, .xlmRoberta: true
    }
  }

  /// Between the two linear layers of the head.
  public var headActivation: Activation {
    switch self {
    case .bert, .roberta, .xlmRoberta: .tanh
    case .distilbert: .relu
    case .electra: .gelu
    }
  }

  /// Whether a model of this many segments is told them.
  func readsTokenTypes(typeVocabSize: Int) -> Bool { hasTokenTypes && (tellsSegmentsApart || typeVocabSize > 1) }
}

extension BertConfiguration {
  /// E, the width of the embeddings.
  public var embeddingWidth: Int { embeddingSize ?? hiddenSize }

  /// Whether the encoder begins with a linear layer that makes its width of the embeddings'.
  public var projectsEmbeddings: Bool { embeddingWidth != hiddenSize }

  /// The position of a sequence's first token.
  package var firstPosition: Int { family.countsFromPadding ? (padTokenID ?? 0) + 1 : 0 }

  /// The longest sequence in tokens: as many as there are positions from that of the first token on.
  public var maximumLength: Int { maxPositionEmbeddings - firstPosition }

  /// Whether segments of tokens are told to the model; otherwise all are 0.
  public var readsTokenTypes: Bool { family.readsTokenTypes(typeVocabSize: typeVocabSize) }
}
