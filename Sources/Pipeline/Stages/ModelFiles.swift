package import FoundationEssentials

/// The files of a model directory.
package enum ModelFiles {
  static func all(_ directory: URL) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(atPath: directory.path(percentEncoded: false)).sorted().map {
      directory.appending(path: $0)
    }
  }

  /// The bytes of what inference needs; vocabulary and merges count where there is no `tokenizer.json`.
  package static func bytes(_ directory: URL) -> Int {
    func size(_ name: String) -> Int {
      let path = directory.appending(path: name).path(percentEncoded: false)
      return ((try? FileManager.default.attributesOfItem(atPath: path)[.size]) as? Int) ?? 0
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path(percentEncoded: false))) ?? []
    let weights = names.filter { $0.hasSuffix(".safetensors") }.reduce(0) { $0 + size($1) }
    let tokenizer = size("tokenizer.json")
    return weights + size("config.json")
      + (tokenizer > 0 ? tokenizer : ["vocab.txt", "vocab.json", "merges.txt"].reduce(0) { $0 + size($1) })
  }
}
