import Subprocess

/// Programs that the machine has: Python's `pip`, `zipfile` and `tarfile`.
enum ExternalProgram {
  /// Runs a program to its end.
  ///
  /// - Throws: ``InputError/program(name:reason:)`` with the last lines of its error output.
  static func run(_ name: String, _ arguments: [String]) async throws(InputError) {
    let words = ([name] + arguments.prefix(3)).joined(separator: " ")
    let status: TerminationStatus
    let errors: String
    do {
      let result = try await Subprocess.run(
        .name(name), arguments: Arguments(arguments), output: .discarded, error: .string(limit: 1 << 20))
      status = result.terminationStatus
      errors = result.standardError ?? ""
    } catch {
      throw .program(name: words, reason: "\(error)")
    }
    guard status.isSuccess else {
      let last = errors.split(separator: "\n").suffix(3).joined(separator: " ")
      throw .program(name: words, reason: last.isEmpty ? "\(status)" : last)
    }
  }
}
