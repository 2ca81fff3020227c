import ArgumentParser

@main
struct EspalierBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "espalier-bench",
    abstract: "Measures the kernels, the classifier and the training step of Espalier.",
    discussion:
      "Answers are checked before anything is timed. Figures go to the standard output, a JSON object a line.",
    subcommands: [
      KernelsCommand.self, EncoderCommand.self, TrainingCommand.self, ServeCommand.self, ModelCommand.self,
      TokenizeCommand.self,
    ])
}
