/// Why a model can't be compressed as asked.
public enum CompressionError: Error, Equatable, Sendable {
  case layerOutOfRange(layer: Int, layerCount: Int)
  case tooManyLayers(removed: Int, layerCount: Int)
  /// No number of layers fits the target size.
  case targetTooSmall(bytes: Int, smallest: Int)
  /// Of a scheme whose weights are trained for it, where there is no training.
  case needsTraining(scheme: String)
  /// Of a scheme that is chosen on labelled sentences, where there are none.
  case needsSelection(scheme: String)
  /// A reduced range of a scheme whose weights are none of s8.
  case noRangeToReduce(scheme: String)
  /// A loss of accuracy that can't be asked for.
  case budget(maxDrop: Double)
  /// The model's training didn't round as the scheme does.
  case notTrained(scheme: String)
  /// Too few sentences to say what goes into a layer.
  case calibrationTooSmall(sentences: Int, fewest: Int)
  /// A number that isn't finite goes into a layer of this name.
  case activationNotFinite(site: String, value: Float)
  /// Second moments of inputs that no inputs have, as far as this column.
  case notPositiveDefinite(column: Int)
  /// A scheme whose scales are chosen on data, without data for a layer of this name.
  case notCalibrated(scheme: String, site: String)
}

extension CompressionError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .layerOutOfRange(let layer, let layerCount):
      "layer \(layer): the model has the layers 0 to \(layerCount - 1)"
    case .tooManyLayers(let removed, let layerCount):
      "cannot remove \(removed) of \(layerCount) layers: expected at least 1 and at most \(layerCount - 1)"
    case .calibrationTooSmall(let sentences, let fewest):
      "calibration: expected at least \(fewest) sentences, found \(sentences); some hundred give a good picture"
    case .activationNotFinite(let site, let value):
      "calibration: expected finite numbers in '\(site)', found \(value.isNaN ? "nan" : "\(value)"): the model's weights are damaged or too large"
    case .notPositiveDefinite(let column):
      "calibration: the second moments of inputs have no factor at column \(column): they are too large or damaged"
    case .notCalibrated(let scheme, let site):
      "\(scheme): expected calibration data for '\(site)', found none"
    case .targetTooSmall(let bytes, let smallest):
      "a target of \(bytes) bytes: one layer alone already makes \(smallest)"
    case .needsTraining(let scheme):
      "\(scheme) trains the model, which needs labelled sentences: run a recipe with 'quantize: [\(scheme)]', whose key "
        + "'qat' says how it is trained"
    case .needsSelection(let scheme):
      "\(scheme) chooses formats on labelled sentences that are held out of the training: expected some, found none"
    case .noRangeToReduce(let scheme):
      "\(scheme): a reduced range is one of INT8 weights; expected one of "
        + QuantizationScheme.allCases.filter(\.hasReducibleRange).map(\.rawValue).joined(separator: ", ")
    case .budget(let maxDrop):
      "a budget of \(maxDrop): expected a drop of accuracy from 0 to 1, such as 0.003"
    case .notTrained(let scheme):
      "\(scheme): expected a model that was trained with this scheme's fake quantisation"
    }
  }
}
