public import Foundation

/// The tiny model of the goldens with a vocabulary of 97 pieces, in a directory of its own.
public enum TinyModel {
  public static func make() throws -> ScratchDirectory {
    let scratch = try ScratchDirectory()
    try write(to: scratch.url)
    return scratch
  }

  public static func write(to directory: URL) throws {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    for name in ["config.json", "model.safetensors"] {
      try FileManager.default.copyItem(
        at: Goldens.tinyBert.appending(path: name), to: directory.appending(path: name))
    }
    try writeVocabulary(to: directory)
  }

  /// - Parameter special: the first tokens, in another order for models that pad with another one than the first.
  public static func writeVocabulary(
    to directory: URL, special: [String] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
  ) throws {
    let words = special + ["a", "fine", "film", "dull"]
    let vocabulary = words + (words.count..<97).map { "word\($0)" }
    try Data((vocabulary.joined(separator: "\n") + "\n").utf8).write(to: directory.appending(path: "vocab.txt"))
  }
}
