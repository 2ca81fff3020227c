internal import Bert
internal import Compute

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Outliers of what attention gives, moved into the weights behind it, without a change of what the model says.
///
///     t_j = max |x_j|^α / max |W_j|^(1 - α)        to the next power of two
///
/// x_j is channel j of what goes into the layer behind attention (`attention.output.dense`), W_j that layer's column of it.
/// The weights that make the channel, row j of `value`, and its bias are divided by t_j, and W_j is multiplied by it.
/// Attention is linear in the values, so each product is what it was; as t_j is a power of two, to the bit. In BERT no other
/// input can be treated like this: what comes from a LayerNorm also goes past the layer, and before `output` lies a GELU.
///
/// - SeeAlso: Xiao et al., "SmoothQuant", ICML 2023, arXiv:2211.10438, equation 4.
public struct ValueFolding: Equatable, Sendable {
  /// 2^24 either way leaves every number that matters a normal one.
  private static let largestPower = 24.0

  /// By the name of `attention.output.dense`; one for each of its inputs.
  private let factors: [String: [Float]]

  /// - Parameter strength: α, 0...1.
  init(_ source: Checkpoint, _ magnitudes: ChannelMagnitudes, strength: Double) throws {
    var factors: [String: [Float]] = [:]
    for (site, inputs) in magnitudes.bySite {
      var columns = [Float](repeating: 0, count: inputs.count)
      for (index, weight) in try source.floats(site + ".weight").enumerated() {
        columns[index % columns.count] = max(columns[index % columns.count], weight.magnitude)
      }
      factors[site] = zip(inputs, columns).map { Self.factor($0, $1, strength) }
    }
    self.factors = factors
  }

  private static func factor(_ input: Float, _ weight: Float, _ strength: Double) -> Float {
    guard input > 0, weight > 0 else { return 1 }
    let power = strength * log2(Double(input)) - (1 - strength) * log2(Double(weight))
    let whole = max(-largestPower, min(largestPower, power.rounded(.toNearestOrEven)))
    return Float(sign: .plus, exponent: Int(whole), significand: 1)
  }

  /// Whether a parameter is one of those that are changed.
  func changes(_ name: String) -> Bool { place(of: name) != nil }

  /// A parameter's values as they become.
  package func folded(_ values: [Float], _ name: String) -> [Float] {
    guard let (factors, isOutput) = place(of: name), !values.isEmpty else { return values }
    if isOutput { return values.indices.map { values[$0] * factors[$0 % factors.count] } }
    // Rows of the weight, or elements of the bias.
    let columns = values.count / factors.count
    return values.indices.map { values[$0] / factors[$0 / columns] }
  }

  private func place(of name: String) -> (factors: [Float], isOutput: Bool)? {
    let output = "attention.output.dense.weight"
    if name.hasSuffix(output) { return factors[String(name.dropLast(".weight".count))].map { ($0, true) } }
    for value in ["attention.self.value.weight", "attention.self.value.bias"] where name.hasSuffix(value) {
      return factors[name.dropLast(value.count) + "attention.output.dense"].map { ($0, false) }
    }
    return nil
  }
}

/// The largest magnitude of each channel of what attention gives.
struct ChannelMagnitudes {
  let channels: Int
  private(set) var bySite: [String: [Float]] = [:]

  init(channels: Int) { self.channels = channels }

  /// - Returns: the first number that isn't finite.
  mutating func add(_ values: [Float], site: String) -> Float? {
    guard site.hasSuffix("attention.output.dense") else { return nil }
    var most = bySite[site] ?? [Float](repeating: 0, count: channels)
    var damage: Float?
    for (index, value) in values.enumerated() {
      most[index % channels] = max(most[index % channels], value.magnitude)
      if damage == nil, !value.isFinite { damage = value }
    }
    bySite[site] = most
    return damage
  }
}

/// The weights of a checkpoint in floats after folding.
struct FoldedWeights: WeightReader {
  let source: Checkpoint
  let folding: ValueFolding?

  var configuration: BertConfiguration { source.configuration }

  func floats(_ name: String) throws(BertError) -> [Float] {
    let values = try source.floats(name)
    return folding?.folded(values, name) ?? values
  }

  func mapped(_ name: String) throws(BertError) -> StoredValues? {
    folding?.changes(name) ?? false ? nil : try source.mapped(name)
  }
}
