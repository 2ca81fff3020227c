import ArgumentParser
import Bert
import Compute
import Foundation
import Pipeline
import Text
import Training

/// The model that a command works on.
struct ModelArgument: ParsableArguments {
  @Argument(help: "A model directory, a name of the catalogue, or owner/name on the Hugging Face Hub.")
  var model: String

  func directory(_ progress: any ProgressDisplay) async throws -> URL {
    try await Self.directory(model, progress)
  }

  /// Where a model lies, which is fetched if it isn't here.
  static func directory(_ model: String, _ progress: any ProgressDisplay) async throws -> URL {
    let fetcher = Fetcher(
      catalogue: try Catalogue.builtIn(), environment: ProcessInfo.processInfo.environment
    ) { progress.message($0) }
    return try await fetcher.modelDirectory(model)
  }

  /// What names of what is made of it begin with: its path where it is a directory; for one that was fetched its name, in the
  /// working directory.
  var name: String {
    var path = model
    while path.hasSuffix("/"), path.count > 1 { path.removeLast() }
    let isLocal = FileManager.default.fileExists(atPath: path)
    return isLocal ? path : path.split(separator: "/").last.map(String.init) ?? path
  }
}

/// Processor and length of sentences.
struct ComputeOptions: ParsableArguments {
  @Option(help: "Threads; all that the process may use where it isn't given.")
  var threads: Int?
  @Option(help: "Of a sentence in tokens, specials included; longer ones are cut.")
  var maximumLength = 128

  func validate() throws {
    guard maximumLength >= 3 else { throw ValidationError("--maximum-length: expected at least 3") }
    guard threads.map({ (1...1024).contains($0) }) ?? true else {
      throw ValidationError("--threads: expected 1 to 1024")
    }
  }

  func backend() throws -> CPUBackend {
    try CPUBackend(
      instructionSet: try InstructionSet.selected(environment: ProcessInfo.processInfo.environment),
      threadCount: threads ?? ProcessorCount.available)
  }

  static func defaultBackend() throws -> CPUBackend {
    try CPUBackend(instructionSet: try InstructionSet.selected(environment: ProcessInfo.processInfo.environment))
  }

  /// A file of labelled sentences for this model; it is read row by row, and need not fit in memory.
  func text(
    _ path: String, _ options: DataOptions, _ directory: URL, _ configuration: BertConfiguration
  ) throws -> TokenizedText {
    try TokenizedText(
      reading: path, options.exampleFormat(for: configuration),
      tokenizer: try ModelTokenizer.read(modelDirectory: directory, vocabSize: configuration.vocabSize),
      maximumLength: length(configuration))
  }

  func length(_ configuration: BertConfiguration) -> Int { min(maximumLength, configuration.maximumLength) }
}
