import Foundation
import TestSupport
import Testing
import Text

@Suite("Files of examples") struct ExampleFileTests {
  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  private func read(_ text: String, _ name: String, _ format: ExampleFormat) throws -> [LabelledSentence] {
    try ExampleFile.read(scratch.write(text, name).path(percentEncoded: false), format)
  }

  /// The lines of names as the files of GLUE have them.
  @Test("Each task of GLUE is read from its own columns")
  func glue() throws {
    func first(_ task: GLUETask, _ text: String) throws -> LabelledSentence? {
      try read(text, "\(task).tsv", task.format).first
    }
    #expect(
      try first(.cola, "gj04\t1\t\tOur friends won't buy this.\n")
        == LabelledSentence(text: "Our friends won't buy this.", label: 1))
    #expect(try first(.sst2, "sentence\tlabel\na fine film \t1\n") == LabelledSentence(text: "a fine film", label: 1))
    #expect(
      try first(.mrpc, "\u{FEFF}Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n0\t70\t71\tHe \"said\" so\t\"He did\r\n")
        == LabelledSentence(text: "He \"said\" so", pair: "\"He did", label: 0))
    #expect(
      try first(.qqp, "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n1\t2\t3\tA?\tB?\t1\n")
        == LabelledSentence(text: "A?", pair: "B?", label: 1))
    #expect(
      try first(
        .stsb,
        "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n"
          + "0\tmain-captions\tMSRvid\t2012test\t0001\tnone\tnone\tA plane.\tAn air plane.\t4.800\n")
        == LabelledSentence(text: "A plane.", pair: "An air plane.", target: .number(4.8)))
    #expect(
      try first(
        .mnli,
        "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\t"
          + "sentence2_parse\tsentence1\tsentence2\tlabel1\tgold_label\n"
          + "0\t1\t1n\tfiction\t( a )\t( b )\t(X)\t(Y)\tA.\tB.\tneutral\tcontradiction\n")
        == LabelledSentence(text: "A.", pair: "B.", label: 2))
    #expect(
      try first(.qnli, "index\tquestion\tsentence\tlabel\n0\tWho?\tHe.\tnot_entailment\n")
        == LabelledSentence(text: "Who?", pair: "He.", label: 1))
    #expect(
      try first(.rte, "index\tsentence1\tsentence2\tlabel\n0\tA.\tB.\tentailment\n")
        == LabelledSentence(text: "A.", pair: "B.", label: 0))
    #expect(
      try first(.wnli, "index\tsentence1\tsentence2\tlabel\n0\tA.\tB.\t1\n")
        == LabelledSentence(text: "A.", pair: "B.", label: 1))
  }

  @Test("Rows of QQP that are cut are left out, those of other tasks refused") func damagedRows() throws {
    let rows = try read(
      "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n1\t2\t3\tcut\n1\t2\t3\tA?\tB?\t0\n", "a.tsv",
      GLUETask.qqp.format)
    #expect(rows == [LabelledSentence(text: "A?", pair: "B?", label: 0)])
    let message = scratch.message {
      _ = try read("index\tsentence1\tsentence2\tlabel\n0\tA.\n", "b.tsv", GLUETask.rte.format)
    }
    #expect(message == "DIR/b.tsv: line 2: expected 4 columns, found 2")
  }

  @Test("Cells of CSV hold commas, quotes and ends of lines") func csv() throws {
    let format = ExampleFormat(text: ["a"], pair: ["b"], isPair: true, target: ["c"], labels: ["no", "yes"])
    let rows = try read(
      "a,b,c\r\n\"one, two\",\"she said \"\"so\"\"\",yes\r\n\r\n\"two\nlines\",,no\nplain,\"\",\"yes\"", "a.csv", format
    )
    #expect(
      rows == [
        LabelledSentence(text: "one, two", pair: "she said \"so\"", label: 1),
        LabelledSentence(text: "two\nlines", pair: "", label: 0), LabelledSentence(text: "plain", pair: "", label: 1),
      ])
  }

  @Test("Several classes a row: an array, or names between commas") func sets() throws {
    let format = ExampleFormat(kind: .multiLabel, labels: ["joy", "anger", "fear"])
    let objects = try read(
      "{\"text\": \"a\", \"label\": [\"fear\", 0]}\n{\"text\": \"b\", \"label\": []}\n", "a.jsonl", format)
    #expect(objects.map(\.target) == [.labels([0, 2]), .labels([])])
    let cells = try read("text,label\na,\"fear, joy\"\nb,\nc,1\n", "a.csv", format)
    #expect(cells.map(\.target) == [.labels([0, 2]), .labels([]), .labels([1])])
  }

  @Test("A name of a class goes before a number") func names() throws {
    let format = ExampleFormat(labels: ["1", "0"])
    #expect(try read("text\tlabel\na\t1\n", "a.tsv", format).first?.target == .label(0))
  }

  @Test("Without labels nothing is asked of them") func unlabelled() throws {
    let rows = try read("text\tpair\na\tb\n", "a.tsv", ExampleFormat().unlabelled)
    #expect(rows == [LabelledSentence(text: "a", pair: "b", label: 0)])
  }

  @Test(
    "What is wrong is named with file, line and column",
    arguments: [
      ("a.csv", "text,label\n\"open,1\n", "line 2: expected a quote that ends the cell which begins with one"),
      ("a.csv", "text,label\n\"a\"b,1\n", "line 2: expected a comma or the end of the line after the quote"),
      ("a.csv", "text,label\na\"b,1\n", "line 2: expected quotes around the whole of column 1"),
      ("a.csv", "text,label\n\"a\nb\",1\na,2,3\n", "line 4: expected 2 columns, found 3"),
      (
        "a.tsv", "text\tlabel\na\tmaybe\n",
        "line 2, column 'label': expected a label, one of 'no', 'yes' or a number from 0 to 1, found 'maybe'"
      ),
      ("a.tsv", "text\tlabel\na\t2\n", "line 2: expected a label from 0 to 1, found 2"),
      ("a.jsonl", "{\"text\": \"a\"}\n", "line 1: expected an object with the key 'label' or 'score', found none"),
      ("a.jsonl", "\n{\"text\": 1, \"label\": 0}\n", "line 2: expected an object with the string"),
      ("a.jsonl.zst", "", "expected a file named *.tsv or *.tsv.gz"),
      ("a.jsonl.gz", "text", "damaged gzip at byte"),
    ])
  func wrong(_ name: String, _ text: String, _ words: String) throws {
    let message = scratch.message { _ = try read(text, name, ExampleFormat(labels: ["no", "yes"])) }
    #expect(message?.hasPrefix("DIR/\(name): ") == true, "\(message ?? "no error")")
    #expect(message?.contains(words) == true, "\(message ?? "no error") lacks \(words)")
  }

  @Test func wrongNumbersAndColumns() throws {
    let numbers = ExampleFormat(kind: .regression, labels: ["score"])
    #expect(
      scratch.message { _ = try read("text\tscore\na\tmuch\n", "a.tsv", numbers) }
        == "DIR/a.tsv: line 2, column 'score': expected a number, found 'much'")
    #expect(scratch.message { _ = try read("text\tscore\na\tnan\n", "a.tsv", numbers) }?.contains("number") == true)
    let unnamed = ExampleFormat(hasHeader: false, text: ["text"], pair: [], target: ["1"], labels: ["no", "yes"])
    #expect(
      scratch.message { _ = try read("0\ta\n", "b.tsv", unnamed) }
        == "DIR/b.tsv: its first line names no columns: expected the number of the column of the text, from 1, found text"
    )
    let far = ExampleFormat(hasHeader: false, text: ["3"], pair: [], target: ["1"], labels: ["no", "yes"])
    #expect(
      scratch.message { _ = try read("0\ta\n", "c.tsv", far) }
        == "DIR/c.tsv: line 1: expected at least 3 columns, found 2")
  }

  @Test("Lines longer than a piece of the file, and pieces that end within a line") func longLines() throws {
    let texts = [1, 65_530, 200_000, 3].map { String(repeating: "é", count: $0) }
    let rows = try read(
      "text\tlabel\n" + texts.map { "\($0)\t1\n" }.joined(), "a.tsv", ExampleFormat(labels: ["no", "yes"]))
    #expect(rows.map(\.text) == texts)
  }

  @Test("Read in pieces and kept in a file, it is the same data set") func streaming() throws {
    let words = (0..<2000).map {
      "{\"sentence\": \"a film \($0 % 7 == 0 ? "fine fine" : "")\", \"pair\": \"dull\", \"label\": \($0 % 2)}\n"
    }
    let path = try scratch.write(words.joined(), "a.jsonl").path(percentEncoded: false)
    try scratch.write(
      (["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "fine", "film", "dull"]).joined(separator: "\n"), "vocab.txt"
    )
    let tokenizer = try ModelTokenizer.read(modelDirectory: scratch.url)
    let format = ExampleFormat(labels: ["no", "yes"])
    let whole = TokenizedText(try ExampleFile.read(path, format), tokenizer: tokenizer, maximumLength: 16)
    for limit in [0, 5000, 1 << 24] {
      let streamed = try TokenizedText(
        reading: path, format, tokenizer: tokenizer, maximumLength: 16, tokensInMemory: limit)
      #expect(streamed.encodings == whole.encodings && streamed.targets == whole.targets, "limit \(limit)")
      #expect(streamed.batch([1999, 0, 7]) == whole.batch([1999, 0, 7]))
    }
    #expect(whole.batch([0]).typeIDs.contains(1))
  }
}
