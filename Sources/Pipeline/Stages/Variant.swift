import Bert
import Compression
import Reports

/// A model of the run, by the name of its directory.
struct Variant: Sendable {
  var name: String
  var title: String
  var role: VariantResult.Role
  /// How its weights are stored.
  var weights = WeightFormat.stored(.f32)
  /// The name of the variant that it was converted from.
  var source: String?

  static let baseline = Variant(name: "baseline", title: "Baseline", role: .baseline)
  static let pruned = Variant(name: "pruned", title: "Pruned", role: .pruned)
  static let longer = Variant(name: "unpruned-longer", title: "Unpruned, trained longer", role: .control)
  static let top = Variant(name: "pruned-top", title: "Top layers removed", role: .control)
  static let random = Variant(name: "pruned-random", title: "Random layers removed", role: .control)

  /// This variant in another number format.
  func converted(to weights: WeightFormat) -> Variant {
    Variant(
      name: "\(name)-\(weights.shortName)", title: "\(title), \(weights.title)", role: .converted, weights: weights,
      source: name)
  }
}

/// A variant that a stage has made, with the sums of its files.
typealias MadeVariant = (variant: Variant, sums: [String: String])

extension [MadeVariant] {
  /// What their predictions on dev depend on, as a stage's inputs.
  func inputs(devSum: String) -> [String: String] {
    var inputs = ["dev": devSum]
    for (variant, sums) in self {
      for (file, sum) in sums { inputs["\(variant.name)/\(file)"] = sum }
    }
    return inputs
  }
}

/// How a variant's weights are stored.
enum WeightFormat: Equatable, Sendable {
  case stored(StoredPrecision)
  case quantized(QuantizationScheme)

  /// In names of directories.
  var shortName: String {
    switch self {
    case .stored(let precision): precision.shortName
    case .quantized(let scheme): scheme.rawValue
    }
  }

  /// In titles of variants.
  var title: String {
    switch self {
    case .stored(let precision): precision.title
    case .quantized(let scheme): scheme.title
    }
  }

  /// In the column of the tables.
  var precision: String {
    switch self {
    case .stored(let precision): precision.rawValue.uppercased()
    case .quantized(let scheme): scheme.weightFormat
    }
  }
}

extension StoredPrecision {
  var shortName: String {
    switch self {
    case .f32: "fp32"
    case .f16: "fp16"
    }
  }

  var title: String { shortName.uppercased() }
}
