import ArgumentParser
import Compute
import FoundationEssentials

/// Where a measurement runs.
struct BackendOptions: ParsableArguments {
  @Option(help: "How many threads work; all that this process may use if unset.")
  var threads: Int?

  /// As the program does it: the kernels that `ESPALIER_ISA` names, or the best.
  func backend() throws -> CPUBackend {
    try CPUBackend(
      instructionSet: InstructionSet.selected(environment: ProcessInfo.processInfo.environment),
      threadCount: threads ?? ProcessorCount.available)
  }
}

extension URL {
  /// A directory that was named on the command line.
  init(directory path: String) { self.init(filePath: path, directoryHint: .isDirectory) }
}
