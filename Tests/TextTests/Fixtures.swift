import Foundation
import TestSupport
import Text

enum Fixtures {
  static func url(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures").appending(path: name)
  }

  static func lines<Row: Decodable>(_ name: String, _ type: Row.Type) throws -> [Row] {
    try String(contentsOf: url(name), encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode(Row.self, from: Data($0.utf8))
    }
  }

  /// BERT's own vocabulary.
  static func tokenizer() throws -> any Tokenizer {
    let scratch = try ScratchDirectory()
    try FileManager.default.copyItem(at: url("vocab.txt"), to: scratch.url.appending(path: "vocab.txt"))
    return try ModelTokenizer.read(modelDirectory: scratch.url)
  }
}
