import ArgumentParser
import Foundation
import Pipeline

struct Fetch: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fetches models and data sets, and says where they lie. Without names: what the catalogue has.",
    discussion: "Example: espalier fetch minilm-l6 movie-snippets")

  @Argument(help: "Names of the catalogue, or owner/name on the Hugging Face Hub.")
  var names: [String] = []
  @OptionGroup var display: DisplayOptions

  private struct Entry: Encodable {
    var name: String
    var kind: String
    var title: String
    var licence: String
  }

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    let progress = display.progress(environment)
    let catalogue = try Catalogue.builtIn()
    guard !names.isEmpty else { return try list(catalogue) }
    let fetcher = Fetcher(catalogue: catalogue, environment: environment) { progress.message($0) }
    var inputs: [FetchedInput] = []
    for name in names {
      inputs.append(
        catalogue.datasets[name] == nil ? try await fetcher.model(name) : try await fetcher.dataset(name))
    }
    if display.json { return try Output.json(inputs) }
    for input in inputs {
      try Output.line("\(input.name): \(input.directory.path(percentEncoded: false))")
      try Output.line("  from \(input.source); licence: \(input.licence ?? "see there")")
      for (file, sum) in input.files.sorted(by: { $0.key < $1.key }) { try Output.line("  \(sum)  \(file)") }
    }
  }

  private func list(_ catalogue: Catalogue) throws {
    let models = catalogue.models.map {
      Entry(name: $0.key, kind: "model", title: $0.value.title, licence: $0.value.licence)
    }
    let datasets = catalogue.datasets.map {
      Entry(name: $0.key, kind: "data set", title: $0.value.title, licence: $0.value.licence)
    }
    let entries = (models + datasets).sorted { ($0.kind, $0.name) < ($1.kind, $1.name) }
    if display.json { return try Output.json(entries) }
    for entry in entries { try Output.line("\(entry.name) (\(entry.kind), \(entry.licence)): \(entry.title)") }
  }
}
