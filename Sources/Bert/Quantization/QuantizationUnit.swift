/// Weights of a classifier that have one number format together, as they are multiplied, or added, as one.
///
/// The tables of embeddings; query, key and value of a layer; every other linear layer by itself. The classifier is
/// none: it keeps its floats.
public struct QuantizationUnit: Hashable, Sendable {
  static let embeddings = "bert.embeddings"

  /// Of the ``LinearSite``, or `bert.embeddings`.
  public let name: String
  /// Canonical names, such as `bert.encoder.layer.0.attention.self.query`.
  public let modules: [String]
  /// The encoder layer of which it is a part, or the number of layers for what comes behind them; nil for what comes before.
  public let layer: Int?

  /// Whether it is that of the tables, which are looked up, not multiplied by.
  public var isEmbeddings: Bool { name == Self.embeddings }

  /// All of a model, in its order.
  public static func all(_ configuration: BertConfiguration) -> [QuantizationUnit] {
    var units: [QuantizationUnit] = []
    for tensor in WeightNames.encoder(configuration) + WeightNames.pooler(configuration) {
      guard let moduleClass = QuantizationConfiguration.ModuleClass(weight: tensor.name) else { continue }
      let site = moduleClass == .embedding ? embeddings : LinearSite.of(weight: tensor.name) ?? tensor.name
      let module = QuantizationConfiguration.module(of: tensor.name)
      if let last = units.last, last.name == site {
        units[units.count - 1] = QuantizationUnit(name: site, modules: last.modules + [module], layer: last.layer)
      } else {
        let layer =
          WeightNames.isEmbedding(tensor.name)
          ? nil : WeightNames.layerIndex(module) ?? configuration.numHiddenLayers
        units.append(QuantizationUnit(name: site, modules: [module], layer: layer))
      }
    }
    return units
  }

  /// The canonical names of the weights.
  public var weights: [String] { modules.map { $0 + ".weight" } }
}
