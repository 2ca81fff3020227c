internal import Foundation
internal import JSON

/// Predictions of one model as text, written byte by byte: an encoder would take longer than a small model.
package struct PredictionText: Sendable {
  /// `"name"` of each label, as JSON.
  private let quoted: [[UInt8]]
  /// Labels in the order of sorted names.
  private let order: [Int]
  private let labels: [String]

  package init(labels: [String]) {
    self.labels = labels
    quoted = labels.map { Array(JSONValue.string($0).compact.utf8) }
    // Of code points, whatever the language.
    order = labels.indices.sorted { labels[$0].unicodeScalars.lexicographicallyPrecedes(labels[$1].unicodeScalars) }
  }

  /// `{"label":"positive","scores":{"negative":0.25,"positive":0.75}}`, names sorted.
  package func appendJSON(_ prediction: Prediction, to bytes: inout [UInt8]) {
    bytes += #"{"label":"#.utf8
    bytes += quoted[prediction.best]
    bytes += #","scores":{"#.utf8
    for (place, label) in order.enumerated() {
      if place > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes += quoted[label]
      bytes.append(UInt8(ascii: ":"))
      Self.append(prediction.values[label], to: &bytes)
    }
    bytes += "}}".utf8
  }

  /// The names of the columns: `label`, then each label.
  package var tableHeader: String { (["label"] + labels.map(Self.cell)).joined(separator: "\t") }

  /// The label and each score, separated by tabs.
  package func appendRow(_ prediction: Prediction, to bytes: inout [UInt8]) {
    bytes += Self.cell(prediction.label).utf8
    for value in prediction.values {
      bytes.append(UInt8(ascii: "\t"))
      Self.append(value, to: &bytes)
    }
  }

  /// A name that can't end its cell.
  private static func cell(_ label: String) -> String {
    String(String.UnicodeScalarView(label.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
  }

  /// The shortest digits that stand for this number alone; of a whole number no point.
  package static func append(_ value: Double, to bytes: inout [UInt8]) {
    bytes += value.description.utf8
    if bytes.suffix(2).elementsEqual(".0".utf8) { bytes.removeLast(2) }
  }
}
