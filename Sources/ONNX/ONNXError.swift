/// Why a model can't be exported as asked.
public enum ONNXError: Error, Equatable, Sendable {
  /// A quantised directory, of which floats are asked for.
  case needsFloats(path: String, precision: ONNXPrecision, found: ONNXPrecision)
  /// A directory that isn't quantised as the precision says; nil for floats.
  case needsScheme(path: String, precision: ONNXPrecision, found: ONNXPrecision?)
  /// The directory to be written to holds another model.
  case otherModel(path: String)
}

extension ONNXError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .needsFloats(let path, let precision, let found):
      """
      \(path): expected a model in floats for --precision \(precision.rawValue), found one in \(found.rawValue); give \
      --precision \(found.rawValue), or the model that it was made from
      """
    case .needsScheme(let path, let precision, let found):
      """
      \(path): expected a model in \(precision.rawValue), found one in \(found?.rawValue ?? "floats"); make one of a model \
      in floats: espalier quantize MODEL --scheme \(precision == .int4 ? "int4" : "int8-ptq-dynamic")
      """
    case .otherModel(let path):
      """
      \(path): expected an empty directory, or one with the config.json of this model, found that of another; name another \
      directory
      """
    }
  }
}
