import ArgumentParser
import Pipeline

struct EspalierCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "espalier",
    abstract: "Fine-tunes, prunes, converts, quantises and measures BERT classifiers on the CPU.",
    discussion: """
      Example, the whole pipeline on movie reviews with a report at the end: espalier run

      Exit codes: 0 done, 64 wrong usage, 65 wrong input, 70 anything else.
      """,
    version: Espalier.version,
    subcommands: [
      Run.self, Fetch.self, Finetune.self, Ablate.self, Prune.self, Convert.self, Quantize.self, Export.self,
      Evaluate.self, Predict.self, Serve.self, Tokenize.self, Bench.self, BenchWorker.self, Report.self, Inspect.self,
      Measure.self,
    ])
}
