import Foundation
import TestSupport
import Testing
import Text

@Suite("What is wrong with a tokenizer.json is said") struct MalformedTokenizerTests {
  private static let bytePairs = """
    {"normalizer": null, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
     "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "<s>": 3}, "merges": ["a b"]}}
    """
  private static let unigram = """
    {"normalizer": null, "pre_tokenizer": {"type": "Metaspace", "replacement": "▁"},
     "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0], ["▁", -1.5], ["a", -2]]}}
    """
  private static let wordPiece = """
    {"normalizer": {"type": "BertNormalizer"}, "pre_tokenizer": {"type": "BertPreTokenizer"},
     "post_processor": {"type": "BertProcessing", "cls": ["[CLS]", 1], "sep": ["[SEP]", 2]},
     "model": {"type": "WordPiece", "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3, "##a": 4}}}
    """

  @Test("As they stand they are read")
  func wellFormed() throws {
    for (text, ids) in [
      (Self.bytePairs, [2, 0] as [Int32]), (Self.unigram, [1, 2, 0, 2]), (Self.wordPiece, [1, 0, 2]),
    ] {
      let scratch = try ScratchDirectory()
      try scratch.write(text, "tokenizer.json")
      #expect(try ModelTokenizer.read(modelDirectory: scratch.url).encode("aba").ids == ids)
    }
  }

  private static let changes: [(file: String, old: String, new: String, words: [String])] = [
    (bytePairs, "\"a b\"", "\"a c\"", ["token c"]),
    (bytePairs, "\"a b\"", "\"b a\"", ["token ba"]),
    (bytePairs, "\"a b\"", "\"ab\"", ["model.merges[0]", "two tokens"]),
    (bytePairs, "\"a b\"", "[\"a\"]", ["model.merges[0]"]),
    (bytePairs, "\"a b\"", "7", ["model.merges[0]", "7"]),
    (bytePairs, "[\"a b\"]", "null", ["model.merges"]),
    (bytePairs, "\"ab\": 2", "\"ab\": -2", ["model.vocab.ab", "-2"]),
    (bytePairs, "\"ab\": 2", "\"ab\": 99999999999", ["model.vocab.ab"]),
    (bytePairs, "\"ab\": 2", "\"ab\": \"2\"", ["model.vocab.ab"]),
    (bytePairs, "\"BPE\"", "\"BPE\", \"end_of_word_suffix\": \"</w>\"", ["model.end_of_word_suffix", "</w>"]),
    (bytePairs, "\"BPE\"", "\"BPE\", \"dropout\": 0.1", ["model.dropout", "0.1"]),
    (bytePairs, "\"BPE\"", "\"BPE\", \"byte_fallback\": true", ["model.byte_fallback"]),
    (bytePairs, "\"BPE\"", "\"WordLevel\"", ["model.type", "Unigram", "WordLevel"]),
    (bytePairs, "\"ByteLevel\"", "\"Whitespace\"", ["pre_tokenizer", "ByteLevel", "Whitespace"]),
    (bytePairs, "\"normalizer\": null", "\"normalizer\": {\"type\": \"NFC\"}", ["normalizer.type", "NFC"]),
    (bytePairs, "\"normalizer\": null", "\"post_processor\": {\"type\": \"Other\"}", ["post_processor.type", "Other"]),
    (
      bytePairs, "\"normalizer\": null", "\"post_processor\": {\"type\": \"RobertaProcessing\", \"sep\": [\"</s>\"]}",
      ["post_processor.cls", "nothing"]
    ),
    (
      bytePairs, "\"normalizer\": null",
      "\"post_processor\": {\"type\": \"TemplateProcessing\", \"single\": [], \"pair\": []}",
      ["post_processor.single", "once"]
    ),
    (
      bytePairs, "\"normalizer\": null",
      "\"post_processor\": {\"type\": \"TemplateProcessing\", \"single\": [{\"SpecialToken\": {\"id\": \"x\"}}]}",
      ["post_processor.special_tokens.x.ids"]
    ),
    (bytePairs, "\"normalizer\": null", "\"added_tokens\": [{\"id\": 4}]", ["added_tokens[0].content"]),
    (bytePairs, "\"normalizer\": null", "\"added_tokens\": 4", ["added_tokens", "an array"]),
    (
      bytePairs, "\"normalizer\": null", "\"added_tokens\": [{\"id\": 4, \"content\": \"x\", \"lstrip\": 1}]",
      ["added_tokens[0].lstrip"]
    ),
    (unigram, "\"unk_id\": 0", "\"unk_id\": 3", ["model.unk_id", "0 to 2", "3"]),
    (unigram, "\"unk_id\": 0", "\"unk_id\": null", ["model.unk_id"]),
    (unigram, "-1.5", "\"high\"", ["model.vocab[1]"]),
    (unigram, "-1.5", "1e999", ["model.vocab[1]"]),
    (unigram, "[\"a\", -2]", "[\"a\"]", ["model.vocab[2]"]),
    (unigram, "\"Metaspace\"", "\"Digits\"", ["pre_tokenizer.type", "Digits"]),
    (unigram, "\"▁\"}", "\"▁▁\"}", ["pre_tokenizer.replacement", "one character"]),
    (unigram, "\"▁\"}", "\"▁\", \"prepend_scheme\": \"last\"}", ["prepend_scheme", "last"]),
    (
      unigram, "\"normalizer\": null",
      "\"normalizer\": {\"type\": \"Replace\", \"pattern\": {\"Regex\": \"a+\"}, \"content\": \"\"}",
      ["normalizer.pattern"]
    ),
    (
      unigram, "\"normalizer\": null",
      "\"normalizer\": {\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"Precompiled\"}]}",
      ["normalizer.normalizers[0].precompiled_charsmap"]
    ),
    (
      unigram, "\"normalizer\": null", "\"normalizer\": {\"type\": \"Sequence\"}",
      ["normalizer.normalizers", "an array"]
    ),
    (wordPiece, "\"BertNormalizer\"", "\"NFKC\"", ["normalizer.type", "BertNormalizer", "NFKC"]),
    (wordPiece, "\"BertPreTokenizer\"", "\"Whitespace\"", ["pre_tokenizer.type", "BertPreTokenizer"]),
    (wordPiece, "\"[UNK]\"", "\"[unk]\"", ["token [UNK]"]),
  ]

  @Test(arguments: changes.indices)
  func changed(_ index: Int) throws {
    let change = Self.changes[index]
    let scratch = try ScratchDirectory()
    let text = change.file.replacing(change.old, with: change.new, maxReplacements: 1)
    try #require(text != change.file, "\(change.old)")
    try scratch.write(text, "tokenizer.json")
    let message = scratch.message { _ = try ModelTokenizer.read(modelDirectory: scratch.url) }
    #expect(message?.contains("DIR/tokenizer.json") == true, "\(message ?? "no error")")
    for word in change.words { #expect(message?.contains(word) == true, "\(message ?? "no error") lacks \(word)") }
  }

  /// A tokenizer with a table of characters of these bytes; nil with the reason where it is refused.
  private func ids(table: [UInt8], _ text: String) throws -> (ids: [Int32]?, message: String?) {
    let scratch = try ScratchDirectory()
    let normalizer = """
      "normalizer": {"type": "Precompiled", "precompiled_charsmap": "\(Data(table).base64EncodedString())"}
      """
    try scratch.write(Self.unigram.replacing("\"normalizer\": null", with: normalizer), "tokenizer.json")
    var ids: [Int32]?
    let message = scratch.message { ids = try ModelTokenizer.read(modelDirectory: scratch.url).encode(text).ids }
    return (ids, message)
  }

  @Test("Tables of characters that aren't")
  func tables() throws {
    for table: [UInt8] in [
      [], [1, 0, 0], [0, 0, 0, 0], [8, 0, 0, 0, 1, 2, 3, 4], [3, 0, 0, 0, 1, 2, 3], [4, 0, 0, 0, 1, 2, 3, 4, 0xFF],
    ] {
      let message = try ids(table: table, "a").message
      #expect(message?.contains("precompiled_charsmap") == true, "\(table): \(message ?? "no error")")
    }
    let scratch = try ScratchDirectory()
    try scratch.write(
      Self.unigram.replacing(
        "\"normalizer\": null", with: "\"normalizer\": {\"type\": \"Precompiled\", \"precompiled_charsmap\": \"?!\"}"),
      "tokenizer.json")
    let message = scratch.message { _ = try ModelTokenizer.read(modelDirectory: scratch.url) }
    #expect(message?.contains("base64") == true, "\(message ?? "no error")")
  }

  @Test("Tables of random numbers lead nowhere, but to an end")
  func randomTables() throws {
    var random = SeededGenerator(state: 5)
    for _ in 0..<300 {
      let units = Int.random(in: 1...300, using: &random)
      var table = (0..<4).map { UInt8(truncatingIfNeeded: (units * 4) >> (8 * $0)) }
      // Labels that text has, small offsets and leaves, so that much is found.
      for _ in 0..<units {
        let label = UInt32("abcé ▁\u{301}".utf8.randomElement(using: &random) ?? 0)
        let unit =
          label | UInt32.random(in: 0...1, using: &random) << 8 | UInt32.random(in: 0..<600, using: &random) << 10
        table += (0..<4).map { UInt8(truncatingIfNeeded: unit >> (8 * UInt32($0))) }
      }
      table += Array("x\0yé\0".utf8)
      #expect(try ids(table: table, "abc é ▁ e\u{301} cab bac").ids != nil)
    }
  }

  @Test("Files with damage anywhere end in an error or in ids", arguments: ["roberta", "xlm-roberta", "bert-small"])
  func damage(_ directory: String) throws {
    let whole = Array(try Data(contentsOf: Fixtures.url(directory).appending(path: "tokenizer.json")))
    var random = SeededGenerator(state: 9)
    for _ in 0..<60 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0x20..<0x7F, using: &random)
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...40, using: &random)))
        default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 20)], at: place)
        }
      }
      let scratch = try ScratchDirectory()
      try scratch.write(bytes, "tokenizer.json")
      do {
        let tokenizer = try ModelTokenizer.read(modelDirectory: scratch.url)
        #expect(tokenizer.encode("A fine <mask> ﬁlm 中文\u{301}", pair: "b").ids.allSatisfy { $0 >= 0 })
      } catch {
        #expect("\(error)".contains(scratch.path))
      }
    }
  }
}
