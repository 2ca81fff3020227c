import Foundation
import TestSupport
import Testing
import Text

@Suite("Sentences without labels") struct PlainTextTests {
  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  @Test("A sentence a line; lines that are empty are none") func lines() throws {
    let file = try scratch.write("\u{FEFF}a fine film\r\n\nit's dull\tand long\nlast", "sentences.txt")
    #expect(try PlainText.read(file) == ["a fine film", "it's dull\tand long", "last"].map { PlainText($0) })
  }

  @Test("Tables and objects as labelled text has them") func labelled() throws {
    let table = try scratch.write("sentence\tlabel\na fine film \t1\n", "dev.tsv")
    #expect(try PlainText.read(table) == [PlainText("a fine film")])
    let objects = try scratch.write(#"{"text": "dull", "label": 700}"# + "\n", "dev.jsonl")
    #expect(try PlainText.read(objects) == [PlainText("dull")])
    let pairs = try scratch.write("sentence1\tsentence2\tlabel\na fine film\tfine\t1\n", "pairs.tsv")
    #expect(try PlainText.read(pairs) == [PlainText("a fine film", pair: "fine")])
  }

  @Test("A file without sentences, or that is no text, is named") func wrong() throws {
    try scratch.write("\n\n", "empty.txt")
    try scratch.write([0x61, 0x0A, 0xFF], "bytes.txt")
    for (name, words) in [("empty.txt", "found none"), ("bytes.txt", "line 2"), ("none.txt", "no such file")] {
      let message = scratch.message { _ = try PlainText.read(scratch.url.appending(path: name)) }
      #expect(message?.contains("DIR/\(name)") == true && message?.contains(words) == true, "\(message ?? "")")
    }
  }
}
