import Bert
import Compression

/// What the weights of a checkpoint are stored as, in a word.
enum ModelScheme {
  /// The names of the schemes that make such a directory, or what can be said of a directory that another program made.
  static func name(_ quantization: QuantizationConfiguration) -> String {
    if let scheme = QuantizationScheme(quantization) {
      // One with other options is the scheme's alone.
      return QuantizationScheme.allCases.filter { $0 == scheme || $0.configuration == quantization }.map(\.rawValue)
        .joined(separator: " or ")
    }
    let targets = quantization.targets.map(\.rawValue).sorted().joined(separator: ", ")
    return "another scheme (weights of \(targets))"
  }

  /// The same of any checkpoint: of one in floats their format.
  static func name(_ checkpoint: Checkpoint) -> String {
    if let quantization = checkpoint.configuration.quantization { return name(quantization) }
    let formats = Set(checkpoint.names.compactMap { checkpoint.dtype(of: $0)?.rawValue })
    return formats.sorted().joined(separator: ", ")
  }
}
