public import Bert

extension QuantizationScheme {
  /// Whether a model's weights can be cut into the scheme's groups, so that it is known before hours of training.
  ///
  /// - Parameter path: of the model, for the message.
  /// - Throws: ``BertError/groupSize(path:tensor:columns:group:)`` for the first weight whose width isn't whole groups.
  public func checkWidths(of model: BertConfiguration, path: String) throws(BertError) {
    for tensor in WeightNames.all(model) {
      guard case .int4(let group, _)? = configuration.format(of: tensor.name), let columns = tensor.shape.last,
        !columns.isMultiple(of: group)
      else { continue }
      throw .groupSize(path: path, tensor: model.family.stored(tensor: tensor.name), columns: columns, group: group)
    }
  }
}
