/// Keys of `config.json` that a family spells otherwise than BERT, or has defaults of its own for.
struct ConfigurationKeys {
  var hiddenSize = "hidden_size"
  var numHiddenLayers = "num_hidden_layers"
  var numAttentionHeads = "num_attention_heads"
  var intermediateSize = "intermediate_size"
  var hiddenAct = "hidden_act"
  var hiddenDropoutProb = "hidden_dropout_prob"
  var attentionProbsDropoutProb = "attention_probs_dropout_prob"
  var classifierDropout = "classifier_dropout"
  /// What ``classifierDropout`` is where it is missing; nil for that of the hidden states.
  var classifierDropoutDefault: Double?
  var padTokenIDDefault = 0
  /// What `embedding_size` is where it is missing; nil for a family that has no such key.
  var embeddingSizeDefault: Int?
  /// `type_vocab_size`, `layer_norm_eps` and `position_embedding_type`.
  var hasTypesAndNorms = true
}

extension EncoderFamily {
  var keys: ConfigurationKeys {
    switch self {
    case .bert: ConfigurationKeys()
    case .distilbert:
      ConfigurationKeys(
        hiddenSize: "dim", numHiddenLayers: "n_layers", numAttentionHeads: "n_heads", intermediateSize: "hidden_dim",
        hiddenAct: "activation", hiddenDropoutProb: "dropout", attentionProbsDropoutProb: "attention_dropout",
        classifierDropout: "seq_classif_dropout", classifierDropoutDefault: 0.2, hasTypesAndNorms: false)
    case .electra: ConfigurationKeys(embeddingSizeDefault: 128)
    case .roberta, .xlmRoberta: ConfigurationKeys(padTokenIDDefault: 1)
    }
  }
}
