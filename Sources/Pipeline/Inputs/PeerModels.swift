package import FoundationEssentials

/// Where the files that other engines want of a model are kept.
package enum PeerModels {
  /// A folder of the cache that is named by the sums of configuration and weights, so that another model never meets
  /// the files of this one. The caller makes it.
  package static func directory(for model: URL, environment: [String: String]) throws -> URL {
    let sums = try Fingerprint.directory(model).filter { $0.key == "config.json" || $0.key.hasSuffix(".safetensors") }
    return InputCache(environment: environment).directory("peers", String(try Fingerprint.value(sums).prefix(16)))
  }
}
