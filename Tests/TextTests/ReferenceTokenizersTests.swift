import Foundation
import TestSupport
import Testing
import Text

@Suite("Ids of the package tokenizers", .enabled(if: Peers.areAsked)) struct ReferenceTokenizersTests {
  private struct Training: Encodable {
    var directory: String
    var texts: [String]
    var words: String
  }

  private struct Request: Encodable {
    var directory: String
    var sentences: [String]
    var pairs: [[String]]
    var lengths: [Int]
  }

  private struct Answer: Decodable {
    struct Pair: Decodable {
      var ids: [Int32]
      var types: [Int32]
    }
    var sentences: [[Int32]]
    var pairs: [Pair]
  }

  private struct Golden: Decodable { var text: String }

  @Test("The same for torture texts and random ones, with tokenizers of each kind") func everyKind() throws {
    let scratch = try ScratchDirectory()
    let corpus = try Fixtures.lines("golden.jsonl", Golden.self).map(\.text)
    let torture = try Fixtures.lines("golden_roberta.jsonl", Golden.self).map(\.text)
    var random = SeededGenerator(state: 23)
    let sentences = torture + corpus + (0..<3000).map { _ in Self.text(torture + corpus, &random) }
    let pairs = (0..<300).map { _ in [Self.text(corpus, &random), Self.text(corpus, &random)] }
    let lengths = pairs.map { _ in Int.random(in: 4...60, using: &random) }
    let names: [String] = try Peers.ask(
      "tokenizers_train.py",
      Training(
        directory: scratch.path, texts: corpus.filter { !$0.contains("\0") && !$0.contains("\n") },
        words: Fixtures.url("vocab.txt").path(percentEncoded: false)))
    #expect(names.count >= 20)
    for name in names {
      let directory = scratch.url.appending(path: name)
      let answer: Answer = try Peers.ask(
        "tokenizers_ids.py",
        Request(
          directory: directory.path(percentEncoded: false), sentences: sentences, pairs: pairs, lengths: lengths))
      let tokenizer = try ModelTokenizer.read(modelDirectory: directory)
      try #require(answer.sentences.count == sentences.count && answer.pairs.count == pairs.count)
      var wrong: [String] = []
      for (sentence, ids) in zip(sentences, answer.sentences) where tokenizer.encode(sentence).ids != ids {
        wrong.append("\(sentence.debugDescription): \(tokenizer.encode(sentence).ids) instead of \(ids)")
      }
      #expect(wrong.isEmpty, "\(name): \(wrong.count) differ: \(wrong.prefix(3).joined(separator: "\n"))")
      for (index, pair) in answer.pairs.enumerated() {
        let encoding = tokenizer.encode(pairs[index][0], pair: pairs[index][1], maximumLength: lengths[index])
        #expect(encoding == Encoding(ids: pair.ids, typeIDs: pair.types), "\(name): \(pairs[index]), \(lengths[index])")
      }
    }
  }

  /// Pieces of texts and scalars of all planes, one after the other.
  private static func text(_ texts: [String], _ random: inout SeededGenerator) -> String {
    var result = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 1...5, using: &random) {
      switch Int.random(in: 0..<6, using: &random) {
      case 0:
        result.append(contentsOf: (texts.randomElement(using: &random) ?? "").unicodeScalars.prefix(30))
      case 1:
        result.append(contentsOf: (texts.randomElement(using: &random) ?? "").unicodeScalars.suffix(15))
      case 2:
        // One block, as a text has it.
        let start = UInt32.random(in: 0..<0x300, using: &random) << 6
        for _ in 0..<Int.random(in: 1...8, using: &random) {
          if let scalar = Unicode.Scalar(start + UInt32.random(in: 0..<64, using: &random)) { result.append(scalar) }
        }
      case 3:
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          if let scalar = Unicode.Scalar(UInt32.random(in: 0..<0x11_0000, using: &random)) { result.append(scalar) }
        }
      case 4:
        let joining = "'\u{301}\u{200D}\u{FE0F}\u{93C}\u{600}\r\n \t<mask>▁e\u{323}\u{3099}\u{FF9E}s"
        for _ in 0..<Int.random(in: 1...6, using: &random) {
          if let scalar = joining.unicodeScalars.randomElement(using: &random) { result.append(scalar) }
        }
      default:
        result.append(
          contentsOf: [" <mask> ", "  ", "'s", " 's", "film", "123", "\u{A0}"].randomElement(using: &random)?
            .unicodeScalars ?? .init())
      }
    }
    return String(result)
  }
}
