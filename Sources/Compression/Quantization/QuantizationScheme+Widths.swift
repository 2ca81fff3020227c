public import Bert

extension QuantizationScheme {
  /// Whether a model's weights can be cut into the scheme's groups, so that it is known before hours of training.
  ///
  /// - Parameters:
  ///   - options: of ``int4``.
  ///   - path: of the model, for the message.
  /// - Throws: ``BertError/groupSize(path:tensor:columns:group:)`` for the first weight whose width isn't whole groups.
  public func checkWidths(
    of model: BertConfiguration, _ options: FourBitOptions = FourBitOptions(), path: String
  ) throws(BertError) {
    let configuration = configuration(options)
    for tensor in WeightNames.all(model) {
      let group: Int
      switch configuration.format(of: tensor.name) {
      case .int4(let columns, _), .nf4(let columns): group = columns
      case .int8, nil: continue
      }
      guard let columns = tensor.shape.last, !columns.isMultiple(of: group) else { continue }
      throw .groupSize(path: path, tensor: model.family.stored(tensor: tensor.name), columns: columns, group: group)
    }
  }
}
