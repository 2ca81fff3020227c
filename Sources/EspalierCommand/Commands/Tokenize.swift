import ArgumentParser
import Foundation
import Pipeline
import Text

struct Tokenize: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turns sentences of the standard input into tokens, one a line; one JSON object a line comes out.",
    discussion: "Example: echo 'a fine film' | espalier tokenize minilm-l6")

  @OptionGroup var model: ModelArgument
  @Flag(help: "The lines of the input are JSON strings.")
  var json = false
  @Option(help: "Of a sentence in tokens, specials included; longer ones are cut. Nothing is cut where it isn't given.")
  var maximumLength: Int?
  @OptionGroup var quietness: QuietOption

  private struct Line: Encodable {
    var ids: [Int32]
    var tokens: [String]
  }

  func validate() throws {
    if let maximumLength, maximumLength < 3 { throw ValidationError("--maximum-length: expected at least 3") }
  }

  func run() async throws {
    let progress = quietness.progress(ProcessInfo.processInfo.environment)
    let tokenizer = try ModelTokenizer.read(modelDirectory: try await model.directory(progress))
    try LineInput(isJSON: json).forEachGroup { lines in
      try Output.jsonLines(
        lines.map { line in
          let ids = tokenizer.encode(line, maximumLength: maximumLength).ids
          return Line(ids: ids, tokens: ids.map { tokenizer.token(for: $0) ?? "" })
        })
    }
  }
}
