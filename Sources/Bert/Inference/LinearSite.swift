public import Compute

/// Sees what goes into the linear layers of a model that runs: a name as of ``LinearSite``, and the rows, `[N, inputs]`.
public typealias LinearObserver = (_ site: String, _ input: Tensor) throws(TensorError) -> Void

/// A place of the model whose numbers go into one or more linear layers: what has one scale when inputs are quantised.
///
/// Named after the layer, such as `bert.encoder.layer.0.output.dense`; for query, key and value, which share their input,
/// `bert.encoder.layer.0.attention.self`.
public enum LinearSite {
  /// Where embeddings are brought to the width of the encoder.
  public static let embeddingProjection = WeightNames.embeddingProjection
  static let pooler = "bert.pooler.dense"
  private static let joined = [".query", ".key", ".value"]

  /// The site of a weight, by the weight's canonical name; nil if it is none of a linear layer.
  public static func of(weight name: String) -> String? {
    guard QuantizationConfiguration.ModuleClass(weight: name) == .linear else { return nil }
    let module = String(name.dropLast(".weight".count))
    for part in joined where module.hasSuffix(".attention.self" + part) { return String(module.dropLast(part.count)) }
    return module
  }
}
