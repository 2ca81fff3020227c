import enum Measurement.Metric

/// The languages that reports are written in. JSON, CSV and model cards are for programs and stay as they are.
public enum Language: String, Sendable, Codable, CaseIterable {
  case english = "en"
  case chinese = "zh"

  /// As BCP 47 names it, for `lang`.
  var tag: String {
    switch self {
    case .english: "en"
    case .chinese: "zh-Hans"
    }
  }

  /// - Parameter measure: what the models are judged by.
  func phrases(_ measure: Metric) -> any Phrases {
    switch self {
    case .english: English(measure: measure)
    case .chinese: Chinese(measure: measure)
    }
  }
}
