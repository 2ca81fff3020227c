import FoundationEssentials
import Subprocess

/// The modules of the machine's Python: `pip`, `zipfile` and `tarfile`.
struct Python: Sendable {
  /// `ESPALIER_PYTHON`, else `python3`.
  private let program: String

  init(environment: [String: String]) { program = environment["ESPALIER_PYTHON"] ?? "python3" }

  /// Runs a module to its end.
  ///
  /// - Parameter arguments: the module first.
  /// - Throws: ``InputError/program(name:reason:)`` with the last lines of its error output.
  func run(_ arguments: [String]) async throws(InputError) {
    let words = ([program, "-m"] + arguments.prefix(2)).joined(separator: " ")
    let status: TerminationStatus
    let errors: String
    do {
      let result = try await Subprocess.run(
        .name(program), arguments: Arguments(["-m"] + arguments), output: .discarded, error: .string(limit: 1 << 20))
      status = result.terminationStatus
      errors = result.standardError
    } catch {
      throw .program(name: words, reason: "\(error)")
    }
    guard status.isSuccess else {
      let last = errors.split(separator: "\n").suffix(3).joined(separator: " ")
      throw .program(name: words, reason: last.isEmpty ? "\(status)" : last)
    }
  }

  /// Unpacks a zip file, a wheel or a tar file.
  func unpack(_ archive: URL, into directory: URL) async throws(InputError) {
    let module = ["whl", "zip"].contains(archive.pathExtension) ? "zipfile" : "tarfile"
    try await run([module, "-e", archive.path(percentEncoded: false), directory.path(percentEncoded: false)])
  }
}
