public import ArgumentParser
import Foundation
import Pipeline
public import Reports

struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes the report of a run anew, from its results.json, or compares two runs.",
    discussion: """
      Example: espalier report runs/quickstart --output report
      Example: espalier report runs/quickstart --language zh --output report-zh
      Example: espalier report --compare runs/first runs/second
      """)

  @Argument(help: "A run folder, a report directory, or a results.json.")
  var source: String?
  @Option(
    parsing: .upToNextOption,
    help: "Two of those: prints what the second says beside the first, row by row with intervals, as Markdown.")
  var compare: [String] = []
  @Option(help: "The directory of the report; that of the results where it isn't given.")
  var output: String?
  @Option(help: "The loss of accuracy that one is ready to accept, as a share; that of the run where it isn't given.")
  var margin: Double?
  @Option(help: "en or zh; that of the run where it isn't given.")
  var language: Language?
  @OptionGroup var display: DisplayOptions

  func validate() throws {
    guard (0...1).contains(margin ?? 0) else { throw ValidationError("--margin: expected a share from 0 to 1") }
    guard compare.isEmpty || compare.count == 2 else {
      throw ValidationError("--compare: expected two runs, found \(compare.count)")
    }
    guard (source == nil) != compare.isEmpty else {
      throw ValidationError("expected one run, or two after --compare")
    }
    guard compare.isEmpty || output == nil else {
      throw ValidationError("--output: a comparison is printed; expected no directory")
    }
  }

  func run() throws {
    guard let source else {
      let difference = try RunComparison.difference(compare)
      return try display.json ? Output.json(difference) : Output.write(difference.markdown)
    }
    let results = try ReportStage.read(source)
    let target: URL
    if let output {
      target = URL(filePath: output, directoryHint: .isDirectory)
    } else if source.hasSuffix(".json") {
      target = URL(filePath: source).deletingLastPathComponent()
    } else {
      let nested = URL(filePath: source, directoryHint: .isDirectory).appending(
        path: "report", directoryHint: .isDirectory)
      let exists = FileManager.default.fileExists(atPath: nested.path(percentEncoded: false))
      target = exists ? nested : URL(filePath: source, directoryHint: .isDirectory)
    }
    let files = try ReportStage.write(results, margin: margin, language: language, to: target)
    if display.json { return try Output.write(try results.json()) }
    for file in files { try Output.line(file.path(percentEncoded: false)) }
  }
}

extension Language: ExpressibleByArgument {}
