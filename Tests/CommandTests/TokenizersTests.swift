import Foundation
import TestSupport
import Testing

@Suite("Sentences that the package tokenizers splits", .enabled(if: Peers.areAsked)) struct TokenizersTests {
  private struct Request: Encodable {
    var directory: String
    var sentences: [String]
  }

  private struct Answer: Decodable {
    var sentences: [[Int]]
  }

  private struct Line: Decodable {
    var ids: [Int]
  }

  @Test("The same ids, with the vocabulary of BERT") func ids() throws {
    let scratch = try ScratchDirectory()
    let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "TextTests/Fixtures")
    let vocabulary = scratch.url.appending(path: "vocab.txt")
    try FileManager.default.copyItem(at: fixtures.appending(path: "vocab.txt"), to: vocabulary)
    // Its own sentences, and pieces of them in another order, so that words meet that never did.
    struct Golden: Decodable { var text: String }
    let texts = try String(contentsOf: fixtures.appending(path: "golden.jsonl"), encoding: .utf8)
      .split(separator: "\n").map { try JSONDecoder().decode(Golden.self, from: Data($0.utf8)).text }
    var random = SeededGenerator(state: 11)
    let mixed = (0..<500).map { _ in
      let one = texts[Int.random(in: 0..<texts.count, using: &random)],
        other = texts.randomElement(using: &random) ?? ""
      return String(one.prefix(Int.random(in: 0...40, using: &random))) + String(other.suffix(20))
    }
    let sentences = texts + mixed
    let answer: Answer = try Peers.ask(
      "tokenizers_ids.py", Request(directory: scratch.path, sentences: sentences))
    let expected = answer.sentences
    let input = try sentences.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
    let result = try Program.run(
      ["tokenize", scratch.path, "--json"], input: Data(input.joined(separator: "\n").utf8))
    let found = try result.lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)).ids }
    try #require(found.count == expected.count, "\(result.errors)")
    for (index, ids) in found.enumerated() { #expect(ids == expected[index], "'\(sentences[index])'") }
  }
}
