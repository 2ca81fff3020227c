import Foundation
import TestSupport
import Testing
import Text

@Suite("Labelled data") struct LabelledTextTests {
  /// Columns with the usual names, classes by their numbers.
  private func read(_ url: URL) throws -> [LabelledSentence] {
    try ExampleFile.read(url.path(percentEncoded: false), ExampleFormat(labels: ["0", "1"]))
  }

  @Test func tables() throws {
    let scratch = try ScratchDirectory()
    let file = try scratch.write("sentence\tlabel\na fine film \t1\nquote \" inside\t0\n", "a.tsv")
    #expect(
      try read(file) == [
        LabelledSentence(text: "a fine film", label: 1), LabelledSentence(text: "quote \" inside", label: 0),
      ])
  }

  @Test func objects() throws {
    let scratch = try ScratchDirectory()
    let file = try scratch.write("{\"sentence\": \"é\\n\", \"label\": 1}\n{\"label\": 0, \"text\": \"b\"}\n", "a.jsonl")
    #expect(
      try read(file) == [
        LabelledSentence(text: "é\n", label: 1), LabelledSentence(text: "b", label: 0),
      ])
  }

  @Test(
    "What is wrong is named with file and line",
    arguments: [
      ("a.tsv", "sentence\tlabel\nfine\t2\n", ["DIR", "2", "0"]),
      ("a.tsv", "sentence\tlabel\nfine\tgood\n", ["DIR", "good"]),
      ("a.tsv", "sentence\tlabel\nfine\n", ["DIR", "columns"]),
      ("a.tsv", "text only\n", ["DIR", "sentence"]),
      ("a.tsv", "", ["DIR"]),
      ("a.tsv", "sentence\tlabel\n", ["DIR"]),
      ("a.jsonl", "{\"sentence\": \"a\"}\n", ["DIR", "label"]),
      ("a.jsonl", "{\"sentence\": 3, \"label\": 1}\n", ["DIR", "sentence"]),
      ("a.jsonl", "{\"sentence\": \"a\", \"label\": 1\n", ["DIR", "1"]),
      ("a.csv", "x", ["DIR", "sentence"]),
      ("a.xml", "x", ["DIR", "tsv"]),
    ])
  func wrong(_ name: String, _ text: String, _ words: [String]) throws {
    let scratch = try ScratchDirectory()
    let file = try scratch.write(text, name)
    let message = scratch.message { _ = try read(file) }
    for word in words { #expect(message?.contains(word) == true, "\(message ?? "no error") lacks \(word)") }
  }

  @Test("Pairs of one first text stay on one side") func pairs() throws {
    let rows = (0..<300).flatMap { number in
      (0..<3).map { LabelledSentence(text: "text \(number)", pair: "other \($0)", label: $0 % 2) }
    }
    let (held, rest) = try holdOut(0.2, of: ExampleSource(rows), seed: 3)
    #expect(held.count + rest.count == 900 && held.count % 3 == 0 && held.count > 90)
    #expect(Set(held.map(\.text)).isDisjoint(with: rest.map(\.text)))
    // A sample draws pairs, not texts.
    #expect(try Set(ExampleSource(rows).sample(60, seed: 1).rows.map(\.text)).count > 30)
  }

  @Test func invalidUTF8() throws {
    let scratch = try ScratchDirectory()
    let file = try scratch.write(Array("sentence\tlabel\na\t1\n".utf8) + [0xC3, 0x28, 0x09, 0x31, 0x0A], "a.tsv")
    let message = scratch.message { _ = try read(file) }
    #expect(message?.contains("UTF-8") == true)
    #expect(message?.contains("DIR") == true)
  }

  @Test("Snippets: sign of the rating, none near zero, none twice, none contradicted") func snippets() throws {
    let scratch = try ScratchDirectory()
    let rows = [
      "1_0\t2.5\tgood", "1_1\t-1.5\tbad", "1_2\t0.2\tneither", "1_3\t3\tgood", "1_4\t1\tboth", "1_5\t-1\tboth",
    ]
    let file = try scratch.write(rows.joined(separator: "\n") + "\n", "a.txt")
    #expect(
      try MovieSnippets.read(file) == [
        LabelledSentence(text: "good", label: 1), LabelledSentence(text: "bad", label: 0),
      ])
    let bad = try scratch.write("1\tx\tno rating\n", "b.txt")
    #expect(scratch.message { _ = try MovieSnippets.read(bad) }?.contains("rating") == true)
  }
}

@Suite("Splits and batches") struct SplitTests {
  private let sentences = (0..<5000).map { LabelledSentence(text: "sentence \($0)", label: $0 % 2) }

  @Test("The same text falls on the same side, whatever the order") func stable() throws {
    let parts = try split(sentences, [0.1, 0.2, 0.7], seed: 7)
    let again = try split(sentences.reversed(), [0.1, 0.2, 0.7], seed: 7)
    for (part, other) in zip(parts, again) { #expect(Set(part.map(\.text)) == Set(other.map(\.text))) }
    #expect(parts.map(\.count).reduce(0, +) == 5000)
    // 5 standard deviations of a binomial count.
    for (part, share) in zip(parts, [0.1, 0.2, 0.7]) {
      #expect(abs(Double(part.count) - 5000 * share) < 5 * (5000 * share * (1 - share)).squareRoot())
    }
    #expect(try split(sentences, [0.1, 0.9], seed: 8)[0] != split(sentences, [0.1, 0.9], seed: 7)[0])
  }

  @Test("A held-out sentence takes along the phrases that are in it alone") func families() throws {
    // 200 sentences of five words, each with two phrases of its own, a copy, and one phrase that all share.
    var rows: [LabelledSentence] = []
    for number in 0..<200 {
      let whole = "a\(number) b\(number) of the c\(number)"
      for text in ["a\(number) b\(number)", whole, "of the", "c\(number)", whole] {
        rows.append(LabelledSentence(text: text, label: number % 2))
      }
    }
    let (held, rest) = try holdOut(0.3, of: ExampleSource(rows), seed: 5)
    #expect(held.count + rest.count == rows.count)
    func numbers(_ part: [LabelledSentence]) -> Set<Substring> {
      Set(part.filter { $0.text != "of the" }.map { $0.text.split(separator: " ")[0].dropFirst() })
    }
    #expect(numbers(held).isDisjoint(with: numbers(rest)))
    #expect(numbers(held).union(numbers(rest)).count == 200)
    #expect((30...90).contains(numbers(held).count))
    #expect(!held.contains { $0.text == "of the" })
    let whole = (0..<500).map { LabelledSentence(text: "w\($0)", label: 0) }
    #expect(
      try holdOut(0.1, of: ExampleSource(whole), seed: 7).held == split(whole, [0.1, 0.9], seed: 7)[0])
  }

  @Test("A sample is not a prefix, keeps the order, and holds the smaller samples") func samples() throws {
    func sample(_ count: Int) throws -> [LabelledSentence] {
      try ExampleSource(sentences).sample(count, seed: 1).rows
    }
    let (few, more) = (try sample(50), try sample(500))
    #expect(few.count == 50)
    #expect(few != Array(sentences.prefix(50)))
    #expect(Set(few.map(\.text)).isSubset(of: more.map(\.text)))
    #expect(sentences.filter { few.contains($0) } == few)
    #expect(try sample(9999) == sentences)
    #expect(try sample(0) == [])
  }

  @Test("Of copies a sample takes the first, and as many as it should have") func copies() throws {
    let rows = (0..<60).map { LabelledSentence(text: "text \($0 % 3)", label: $0 / 3 % 2) }
    for count in [1, 7, 20, 21, 45, 59] {
      let sample = try ExampleSource(rows).sample(count, seed: 4)
      // Each reading counts anew.
      for _ in 0..<2 {
        let drawn = try sample.rows
        #expect(drawn.count == count)
        for text in Set(drawn.map(\.text)) {
          let copies = drawn.filter { $0.text == text }
          #expect(copies == Array(rows.filter { $0.text == text }.prefix(copies.count)))
        }
      }
    }
  }

  @Test("A file is split as its rows are, each time it is read") func ofAFile() throws {
    let scratch = try ScratchDirectory()
    let words = ["a", "fine", "film", "dull", "plot", "of", "it"]
    var random = SeededGenerator(state: 9)
    let rows = (0..<800).map { number in
      let phrase = (0..<Int.random(in: 1...70, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }
      return LabelledSentence(text: phrase.joined(separator: " "), label: number % 2)
    }
    let lines =
      ["sentence\tlabel"]
      + rows.map { row in
        guard case .label(let label) = row.target else { return "" }
        return "\(row.text)\t\(label)"
      }
    let path = try scratch.write(lines.joined(separator: "\n") + "\n", "a.tsv").path(percentEncoded: false)
    let file = ExampleSource(path, ExampleFormat(labels: ["0", "1"]))
    #expect(try file.count() == 800)
    let ofFile = try DataSplit.holdOut(0.3, of: file, seed: 5),
      ofRows = try DataSplit.holdOut(0.3, of: ExampleSource(rows), seed: 5)
    #expect(try ofFile.held.rows == ofRows.held.rows && ofFile.rest.rows == ofRows.rest.rows)
    #expect(try ofFile.held.count() > 50 && ofFile.rest.count() > 50)
    #expect(try ofFile.held.count() + ofFile.rest.count() == 800)
    #expect(try ofFile.rest.sample(40, seed: 2).rows == ofRows.rest.sample(40, seed: 2).rows)
    let empty = try scratch.write("sentence\tlabel\n", "b.tsv").path(percentEncoded: false)
    #expect(throws: TextError.self) { try ExampleSource(empty, ExampleFormat(labels: ["0", "1"])).count() }
  }

  private func split(
    _ rows: [LabelledSentence], _ fractions: [Double], seed: UInt64
  ) throws -> [[LabelledSentence]] {
    try DataSplit.split(ExampleSource(rows), fractions: fractions, seed: seed).map { try $0.rows }
  }

  @Test func everyRowOnceAnEpoch() {
    let first = BatchPlan.shuffled(count: 103, batchSize: 10, seed: 1, epoch: 0)
    #expect(first.map(\.count) == [Int](repeating: 10, count: 10) + [3])
    #expect(first.flatMap { $0 }.sorted() == Array(0..<103))
    #expect(first == BatchPlan.shuffled(count: 103, batchSize: 10, seed: 1, epoch: 0))
    #expect(first != BatchPlan.shuffled(count: 103, batchSize: 10, seed: 1, epoch: 1))
  }

  @Test func tokenBudget() {
    #expect(BatchPlan.inOrder(lengths: [5, 5, 9, 30, 1], tokenBudget: 20) == [[0, 1, 2], [3], [4]])
    #expect(BatchPlan.inOrder(lengths: [], tokenBudget: 20) == [])
  }

  @Test func batchesLieEndToEnd() throws {
    let text = TokenizedText(
      [LabelledSentence(text: "a film", label: 1), LabelledSentence(text: "fine", label: 0)],
      tokenizer: try Fixtures.tokenizer(), maximumLength: 16)
    let batch = text.batch([1, 0])
    #expect(batch.offsets == [0, 3, 7])
    #expect(batch.positions == [0, 1, 2, 0, 1, 2, 3])
    #expect(batch.labels == [0, 1])
    #expect(batch.ids.first == 101)
  }

  @Test("Dropped tokens are drawn by seed and step; a sentence's first and last stay") func droppedTokens() {
    let lengths = [2, 1, 40] + [Int](repeating: 100, count: 200)
    let offsets = lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    let count = offsets[offsets.count - 1]
    let batch = RaggedBatch(
      ids: (0..<Int32(count)).map { $0 }, typeIDs: (0..<Int32(count)).map { $0 % 2 },
      positions: lengths.flatMap { 0..<Int32($0) }, offsets: offsets, labels: lengths.map { Int32($0 % 2) },
      rows: Array(0..<lengths.count))
    let fewer = batch.droppingTokens(0.1, seed: 3, step: 8)
    #expect(fewer == batch.droppingTokens(0.1, seed: 3, step: 8))
    #expect(fewer != batch.droppingTokens(0.1, seed: 3, step: 9))
    #expect(fewer != batch.droppingTokens(0.1, seed: 4, step: 8))
    #expect(batch.droppingTokens(0, seed: 3, step: 8) == batch)
    #expect(fewer.labels == batch.labels && fewer.rows == batch.rows && fewer.offsets.count == offsets.count)
    #expect(fewer.ids == fewer.ids.sorted() && fewer.typeIDs == fewer.ids.map { $0 % 2 })
    for (sentence, length) in lengths.enumerated() {
      let range = fewer.offsets[sentence]..<fewer.offsets[sentence + 1]
      #expect(fewer.ids[range].first == Int32(offsets[sentence]))
      #expect(fewer.ids[range].last == Int32(offsets[sentence] + length - 1))
      #expect(Array(fewer.positions[range]) == Array(0..<Int32(range.count)))
    }
    // 5 standard deviations of a binomial count.
    let inner = 98 * 200 + 38
    let dropped = count - fewer.ids.count
    #expect(abs(Double(dropped) - 0.1 * Double(inner)) < 5 * (Double(inner) * 0.09).squareRoot())
  }
}

private func holdOut(
  _ fraction: Double, of examples: ExampleSource, seed: UInt64
) throws -> (held: [LabelledSentence], rest: [LabelledSentence]) {
  let (held, rest) = try DataSplit.holdOut(fraction, of: examples, seed: seed)
  return (try held.rows, try rest.rows)
}

extension ExampleSource {
  fileprivate var rows: [LabelledSentence] {
    get throws {
      var (reader, rows) = (try reader(), [LabelledSentence]())
      while let row = try reader.next() { rows.append(row) }
      return rows
    }
  }
}
