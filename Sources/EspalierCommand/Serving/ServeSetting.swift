import ArgumentParser

/// A setting of `serve`: what the command line says, else the environment, else what stands here.
struct ServeSetting {
  /// Of the environment variable, behind ``prefix``.
  let name: String
  let range: ClosedRange<Int>

  static let prefix = "ESPALIER_SERVE_"

  var variable: String { Self.prefix + name }

  /// - Throws: ``ServeSettingError`` where what was given is no whole number of the range.
  func value(_ option: Int?, _ environment: [String: String], orElse standard: Int) throws(ServeSettingError) -> Int {
    if let option {
      guard range.contains(option) else {
        throw ServeSettingError(source: flag, expected: expectation, found: "\(option)")
      }
      return option
    }
    // A variable that is set to nothing isn't set.
    guard let text = environment[variable], !text.isEmpty else { return standard }
    guard let value = Int(text), range.contains(value) else {
      throw ServeSettingError(source: variable, expected: expectation, found: "'\(text)'")
    }
    return value
  }

  private var flag: String { "--" + name.lowercased().replacing("_", with: "-") }

  private var expectation: String { "\(range.lowerBound) to \(range.upperBound)" }
}

/// A setting that can't be meant.
struct ServeSettingError: Error, CustomStringConvertible {
  var source: String
  var expected: String
  var found: String

  var description: String { "\(source): expected \(expected), found \(found)" }
}
