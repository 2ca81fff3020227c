import ArgumentParser
import Foundation
import Pipeline

/// How a command shows what it does and found.
struct DisplayOptions: ParsableArguments {
  @Flag(help: "Print results as JSON.")
  var json = false
  @OptionGroup var quietness: QuietOption

  func progress(_ environment: [String: String]) -> any ProgressDisplay { quietness.progress(environment) }
}

/// Whether a command shows what it does.
struct QuietOption: ParsableArguments {
  @Flag(name: .shortAndLong, help: "No progress on the error output.")
  var quiet = false

  func progress(_ environment: [String: String]) -> any ProgressDisplay {
    if quiet { return NoProgress() }
    let showsBar =
      isatty(STDERR_FILENO) == 1 && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    return TerminalProgress(showsBar: showsBar)
  }
}
