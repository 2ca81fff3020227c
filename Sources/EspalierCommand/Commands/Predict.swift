import ArgumentParser
import Compute
import Espalier
import Foundation
import Pipeline
import Text

struct Predict: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Classifies sentences of files or the standard input; one JSON object a line comes out, in order.",
    discussion: """
      Example: echo 'a fine film' | espalier predict my-model
      Example: espalier predict my-model dev.tsv --text-column sentence --format tsv
      """)

  enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    case jsonl, tsv
  }

  @OptionGroup var model: ModelArgument
  @Argument(
    help:
      "Files; *.tsv, *.csv and *.jsonl, also as .gz, have columns, others a sentence a line; - is the standard input.")
  var files: [String] = []
  @Flag(help: "The lines of the input are JSON strings.")
  var json = false
  @Option(help: "What the input is, whatever its name: lines, json (a string a line), tsv, csv or jsonl.")
  var input: RowFormat?
  @Option(help: "The column or member with the sentence; where it isn't given, as `evaluate` finds it.")
  var textColumn: String?
  @Option(help: "The column or member with the second sentence of a pair; likewise.")
  var pairColumn: String?
  @Option(help: "jsonl, or tsv: the names of the columns, then a label and its scores a line.")
  var format: OutputFormat = .jsonl
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var quietness: QuietOption

  func validate() throws {
    if json, input != nil { throw ValidationError("--json says what the input is: expected no --input beside it") }
  }

  func run() async throws {
    let directory = try await model.directory(quietness.progress(ProcessInfo.processInfo.environment))
    let engine = try InferenceEngine(
      directory: directory, backend: try compute.backend(), maximumLength: compute.maximumLength)
    let stream = PredictionStream(engine: engine, isTable: format == .tsv)
    if format == .tsv { try Output.line(stream.text.tableHeader) }
    for path in files.isEmpty ? ["-"] : files {
      let format = format(of: path)
      if let container = format.container {
        try stream.run(try ExampleFile(path, columns(container)))
      } else if path == "-" {
        try stream.run(lines: .standardInput, isJSON: format == .json)
      } else {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        if file < 0 { throw FileError.system(path: path, operation: "open", code: errno) }
        defer { close(file) }
        try stream.run(lines: LineReader(descriptor: file, name: path), isJSON: format == .json)
      }
    }
  }

  private func format(of path: String) -> RowFormat {
    if json { return .json }
    if let input { return input }
    guard path == "-" else { return RowFormat(path: path) }
    // A pipe has no name: who names columns has a table.
    return textColumn == nil && pairColumn == nil ? .lines : .tsv
  }

  private func columns(_ container: ExampleFormat.Container) -> ExampleFormat {
    ExampleFormat(
      container: container, text: textColumn.map { [$0] } ?? ExampleFormat.usualText,
      pair: pairColumn.map { [$0] } ?? ExampleFormat.usualPair, isPair: pairColumn != nil, kind: nil)
  }
}
