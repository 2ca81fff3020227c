public import Bert

extension BertClassifier {
  /// The model without some layers: the kept ones renumbered, embeddings, pooler and head as they were.
  ///
  /// - Throws: ``CompressionError`` for a layer that isn't there, or when none would be left.
  public func removing(layers removed: Set<Int>) throws(CompressionError) -> BertClassifier {
    let count = configuration.numHiddenLayers
    for layer in removed where !(0..<count).contains(layer) {
      throw .layerOutOfRange(layer: layer, layerCount: count)
    }
    guard removed.count < count else { throw .tooManyLayers(removed: removed.count, layerCount: count) }
    let kept = (0..<count).filter { !removed.contains($0) }
    var smaller = configuration
    smaller.numHiddenLayers = kept.count
    let parameters = WeightNames.all(smaller).map { expected in
      var source = expected.name
      for (new, old) in kept.enumerated() where source.hasPrefix(WeightNames.layer(new)) {
        source = WeightNames.layer(old) + source.dropFirst(WeightNames.layer(new).count)
        break
      }
      return (name: expected.name, tensor: self.parameters[source])
    }
    return BertClassifier(configuration: smaller, parameters: ParameterStore(parameters))
  }
}
