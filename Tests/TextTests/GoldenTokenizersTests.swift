import Foundation
import TestSupport
import Testing
import Text

@Suite("Small tokenizers equal the reference") struct GoldenTokenizersTests {
  private struct Golden: Decodable {
    var text: String
    var pair: String?
    var length: Int?
    var ids: [Int32]
    var types: [Int32]?
  }

  @Test(
    "Torture texts and pairs",
    arguments: [
      ("roberta", "golden_roberta.jsonl"), ("xlm-roberta", "golden_xlm_roberta.jsonl"),
      ("bert-small", "golden_bert_small.jsonl"),
    ])
  func goldens(_ directory: String, _ file: String) throws {
    let tokenizer = try ModelTokenizer.read(modelDirectory: Fixtures.url(directory))
    let rows = try Fixtures.lines(file, Golden.self)
    #expect(rows.count > 200)
    for row in rows {
      let encoding = tokenizer.encode(row.text, pair: row.pair, maximumLength: row.length)
      #expect(encoding.ids == row.ids, "\(row.text.debugDescription.prefix(80)) / \(row.pair ?? "")")
      if let types = row.types { #expect(encoding.typeIDs == types) }
    }
  }

  @Test("Tokens have names, those that were added too")
  func names() throws {
    let roberta = try ModelTokenizer.read(modelDirectory: Fixtures.url("roberta"))
    #expect(roberta.token(for: 0) == "<s>")
    #expect(roberta.token(for: Int32(roberta.vocabularySize)) == nil)
    #expect(roberta.token(for: -1) == nil)
    let bert = try ModelTokenizer.read(modelDirectory: Fixtures.url("bert-small"))
    #expect(bert.token(for: Int32(bert.vocabularySize - 1)) == "NEW")
  }

  @Test("Ids beyond the model's are refused")
  func beyond() throws {
    #expect(throws: TextError.self) { try ModelTokenizer.read(modelDirectory: Fixtures.url("roberta"), vocabSize: 500) }
    #expect(throws: Never.self) { try ModelTokenizer.read(modelDirectory: Fixtures.url("roberta"), vocabSize: 600) }
  }

  @Test("RoBERTa's vocab.json and merges.txt give the ids of its tokenizer.json")
  func bytePairFiles() throws {
    let scratch = try ScratchDirectory()
    let source = Fixtures.url("roberta").appending(path: "tokenizer.json")
    let root = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: source)) as? [String: Any])
    let model = try #require(root["model"] as? [String: Any])
    try scratch.write(Array(JSONSerialization.data(withJSONObject: try #require(model["vocab"]))), "vocab.json")
    let merges = try #require(model["merges"] as? [[String]]).map { $0.joined(separator: " ") }
    try scratch.write("#version: 0.2\n" + merges.joined(separator: "\n") + "\n", "merges.txt")
    try scratch.write(
      "{\"mask_token\": {\"content\": \"<mask>\", \"lstrip\": true}, \"unk_token\": \"<unk>\"}",
      "special_tokens_map.json")
    let tokenizer = try ModelTokenizer.read(modelDirectory: scratch.url)
    for row in try Fixtures.lines("golden_roberta.jsonl", Golden.self) {
      #expect(
        tokenizer.encode(row.text, pair: row.pair, maximumLength: row.length).ids == row.ids,
        "\(row.text.debugDescription.prefix(80))")
    }
  }
}
