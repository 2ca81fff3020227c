import ArgumentParser
import Compute
import Espalier
import Foundation
import Pipeline

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
  @Argument(help: "Files; *.tsv and *.jsonl have columns, others a sentence a line; - is the standard input.")
  var files: [String] = []
  @Flag(help: "The lines of the input are JSON strings.")
  var json = false
  @Option(help: "What the input is, whatever its name: lines, json (a string a line), tsv or jsonl.")
  var input: RowFormat?
  @Option(help: "The column or member with the sentence; 'sentence' or 'text' where it isn't given.")
  var textColumn: String?
  @Option(help: "The column or member with the second sentence of a pair.")
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
      if path == "-" {
        try stream.run(.standardInput, decoder("standard input", standardFormat))
      } else {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        if file < 0 { throw FileError.system(path: path, operation: "open", code: errno) }
        defer { close(file) }
        try stream.run(LineReader(descriptor: file, name: path), decoder(path, chosenFormat ?? RowFormat(path: path)))
      }
    }
  }

  private var chosenFormat: RowFormat? { json ? .json : input }

  /// A pipe has no name: who names columns has a table.
  private var standardFormat: RowFormat {
    chosenFormat ?? (textColumn == nil && pairColumn == nil ? .lines : .tsv)
  }

  private func decoder(_ source: String, _ format: RowFormat) -> RowDecoder {
    RowDecoder(source: source, format: format, textColumn: textColumn, pairColumn: pairColumn)
  }
}
