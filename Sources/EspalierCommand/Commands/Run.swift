import ArgumentParser
import Compute
import Foundation
import Pipeline
import Reports

struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Carries out a recipe, from the data to the report.",
    discussion: """
      A run that was stopped goes on where it was when the same command is given again.

      Example: espalier run sst2-minilm --data glue/SST-2 --set finetune.learning_rate=5e-5
      """)

  @Argument(help: "A recipe file, or one of: \(BuiltInRecipes.names.joined(separator: ", ")).")
  var recipe = "quickstart"
  @Option(help: "A directory with the files of the recipe's data set.")
  var data: String?
  @Option(help: "The run folder; runs/NAME of the recipe where it isn't given.")
  var output: String?
  @Option(name: .customLong("set"), help: "Another value for a key of the recipe, as key=value. Repeatable.")
  var overrides: [String] = []
  @Option(help: "At most so many sentences of each split: --set data.limit=N.")
  var limit: Int?
  @OptionGroup var display: DisplayOptions

  func run() async throws {
    let overrides = try (overrides + (limit.map { ["data.limit=\($0)"] } ?? [])).map { text in
      try RecipeOverride(text)
    }
    let recipe = try RecipeReader.read(recipe, overrides: overrides)
    let folder = try RunFolder(URL(filePath: output ?? "runs/\(recipe.name)", directoryHint: .isDirectory))
    let environment = ProcessInfo.processInfo.environment
    let progress = display.progress(environment)
    let backend = try CPUBackend(
      instructionSet: try InstructionSet.selected(environment: environment),
      threadCount: recipe.evaluate.threads ?? ProcessorCount.available)
    let executable = try OwnExecutable.path()
    let run = Pipeline.Run(
      recipe: recipe, folder: folder,
      fetcher: Fetcher(catalogue: try Catalogue.builtIn(), environment: environment) { progress.message($0) },
      process: MeasuringProcess(executable: executable), progress: progress,
      command: OwnExecutable.commandLine,
      commit: await SourceCommit.find(executable: executable, environment: environment))
    let results = try await run.run(
      localData: data.map { URL(filePath: $0, directoryHint: .isDirectory) }, backend: backend)
    if display.json {
      try Output.write(try results.json())
    } else {
      try Output.line(results.markdown(margin: recipe.report.margin, language: recipe.report.language))
      try Output.line("Report: \(folder.report.appending(path: "index.html").path(percentEncoded: false))")
    }
  }
}
