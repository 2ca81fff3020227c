import Bert
import Reports

/// A model of the run, by the name of its directory.
struct Variant: Sendable {
  var name: String
  var title: String
  var role: VariantResult.Role

  static let baseline = Variant(name: "baseline", title: "Baseline", role: .baseline)
  static let pruned = Variant(name: "pruned", title: "Pruned", role: .pruned)
  static let longer = Variant(name: "unpruned-longer", title: "Unpruned, trained longer", role: .control)
  static let top = Variant(name: "pruned-top", title: "Top layers removed", role: .control)
  static let random = Variant(name: "pruned-random", title: "Random layers removed", role: .control)

  /// This variant in another number format.
  func converted(to precision: StoredPrecision) -> Variant {
    Variant(name: "\(name)-\(precision.shortName)", title: "\(title), \(precision.title)", role: .converted)
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
