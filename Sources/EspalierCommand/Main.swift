import ArgumentParser
import Bert
import Compression
import Compute
import Foundation
import Pipeline
import Reports
import Text
import Training

/// Parses, runs, and ends with a code that scripts can rely on.
@main
enum Main {
  static func main() async {
    do {
      let command = try EspalierCommand.parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        var command = command
        try command.run()
      }
    } catch {
      let known = EspalierCommand.exitCode(for: error)
      // What isn't ours is the parser's: usage, help, version.
      if known != .failure { EspalierCommand.exit(withError: error) }
      try? FileHandle.standardError.write(contentsOf: Data("espalier: \(error)\n".utf8))
      Foundation.exit(code(of: error))
    }
  }

  /// After `sysexits.h`: 65 for input that is at fault, 70 for the rest.
  static func code(of error: any Error) -> Int32 {
    switch error {
    case is InputError, is RecipeError, is TextError, is BertError, is CompressionError, is TrainingError,
      is ReportError, is FileError, is KernelSetError, is LineError, is TensorError:
      65
    case PipelineError.noResults, PipelineError.emptySplit, PipelineError.runFolder: 65
    default: 70
    }
  }
}
