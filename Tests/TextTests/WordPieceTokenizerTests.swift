import Foundation
import TestSupport
import Testing
import Text

@Suite("The tokenizer equals the reference") struct WordPieceTokenizerTests {
  private struct Golden: Decodable {
    var category: String
    var text: String
    var ids: [Int32]
  }

  private struct GoldenPair: Decodable {
    var text: String
    var pair: String
    var max_length: Int
    var ids: [Int32]
    var type_ids: [Int32]
  }

  @Test func sentences() throws {
    let tokenizer = try Fixtures.tokenizer()
    let rows = try Fixtures.lines("golden.jsonl", Golden.self)
    #expect(rows.count > 250)
    for row in rows {
      #expect(tokenizer.encode(row.text).ids == row.ids, "\(row.category): \(row.text.prefix(80))")
    }
  }

  @Test func pairs() throws {
    let tokenizer = try Fixtures.tokenizer()
    let rows = try Fixtures.lines("golden_pairs.jsonl", GoldenPair.self)
    #expect(rows.count > 50)
    for row in rows {
      let encoding = tokenizer.encode(row.text, pair: row.pair, maximumLength: row.max_length)
      #expect(encoding.ids == row.ids, "\(row.max_length): \(row.text.prefix(40)) / \(row.pair.prefix(40))")
      #expect(encoding.typeIDs == row.type_ids, "\(row.max_length): \(row.text.prefix(40))")
    }
  }

  @Test("A sentence of 100,000 words, and one word of 100,000 letters") func huge() throws {
    let tokenizer = try Fixtures.tokenizer()
    #expect(tokenizer.encode(String(repeating: "fine ", count: 100_000)).ids.count == 100_002)
    #expect(tokenizer.encode(String(repeating: "fine ", count: 100_000), maximumLength: 128).ids.count == 128)
    #expect(tokenizer.encode(String(repeating: "x", count: 100_000)).ids == [101, 100, 102])
  }

  @Test func wordsLongerThan100LettersAreUnknown() throws {
    let tokenizer = try Fixtures.tokenizer()
    #expect(tokenizer.encode(String(repeating: "a", count: 101)).ids == [101, 100, 102])
    #expect(!tokenizer.encode(String(repeating: "a", count: 100)).ids.contains(100))
  }

  @Test func missingFilesAreNamed() throws {
    let scratch = try ScratchDirectory()
    let message = scratch.message { _ = try ModelTokenizer.read(modelDirectory: scratch.url) }
    #expect(message?.contains("DIR") == true)
    #expect(message?.contains("vocab.txt") == true)
  }

  @Test(
    "What is wrong with a tokenizer is said",
    arguments: [
      ("vocab.txt", "[PAD]\n[CLS]\n[SEP]\n", "[UNK]"),
      ("tokenizer.json", "{\"model\": ", "tokenizer.json"),
      ("tokenizer.json", "{\"model\": {\"type\": \"WordLevel\", \"vocab\": {}}}", "WordPiece"),
    ])
  func malformed(_ name: String, _ text: String, _ word: String) throws {
    let scratch = try ScratchDirectory()
    try scratch.write(text, name)
    let message = scratch.message { _ = try ModelTokenizer.read(modelDirectory: scratch.url) }
    #expect(message?.contains("DIR") == true, "\(message ?? "no error")")
    #expect(message?.contains(word) == true, "\(message ?? "no error")")
  }
}
