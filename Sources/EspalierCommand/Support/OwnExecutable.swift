import ArgumentParser
import Foundation

/// This program, as it was started.
enum OwnExecutable {
  static func path() throws -> String {
    guard let path = Bundle.main.executablePath else {
      throw ValidationError("the path of this program is not known, so no process can be started to measure models")
    }
    return path
  }

  static var commandLine: String {
    (["espalier"] + CommandLine.arguments.dropFirst()).map { word in
      word.contains(where: { " \t'\"$".contains($0) }) ? "'\(word)'" : word
    }.joined(separator: " ")
  }
}
