/// Why a model can't be exported as asked.
public enum ONNXError: Error, Equatable, Sendable {
  /// A quantised directory, of which floats are asked for.
  case needsFloats(path: String, precision: ONNXPrecision, found: ONNXPrecision)
  /// A directory that isn't quantised as the precision says; nil for floats.
  case needsScheme(path: String, precision: ONNXPrecision, found: ONNXPrecision?)
  /// The directory to be written to holds another model, or none.
  case otherModel(path: String)
  /// The file to be written is there.
  case exists(path: String)
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
      "\(path): expected a model in \(precision.rawValue) or in floats, found one in \(found?.rawValue ?? "floats")"
    case .otherModel(let path):
      """
      \(path): expected an empty directory, or one with the config.json of this model, found something else; name another \
      directory
      """
    case .exists(let path):
      "\(path): it exists already; remove it or name another directory"
    }
  }
}
