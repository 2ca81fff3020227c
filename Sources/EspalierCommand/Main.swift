import ArgumentParser
import Benchmarking
import Bert
import Compression
import Compute
import Espalier
import Foundation
import ONNX
import Pipeline
import Reports
import Serving
import Text
import Training

/// Parses, runs, and ends with a code that scripts can rely on.
@main
enum Main {
  static func main() async {
    StandardStreams.prepare()
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
    case let error as FileError where isMachine(error): 70
    case BertError.file(let error) where isMachine(error): 70
    case InputError.file(let error) where isMachine(error): 70
    case RecipeError.file(let error) where isMachine(error): 70
    case TrainingError.checkpoint: 70
    case let error as BenchmarkError: error.isInput ? 65 : 70
    case is InputError, is RecipeError, is TextError, is BertError, is CompressionError, is TrainingError,
      is ReportError, is ONNXError, is FileError, is KernelSetError, is LineError, is TensorError, is ClassifierError:
      65
    case let error as ServerError: error.isMachine ? 70 : 65
    case is ServeSettingError: 65
    case PipelineError.noResults, PipelineError.emptySplit, PipelineError.runFolder: 65
    default: 70
    }
  }

  /// Whether the machine is at fault rather than what was asked: the same command may work later.
  private static func isMachine(_ error: FileError) -> Bool {
    guard case .system(_, _, let code) = error else { return false }
    return [ENOSPC, EDQUOT, EFBIG, EROFS, EIO, ENOMEM, EMFILE, ENFILE, EBADF].contains(code)
  }
}
