import Espalier
import Foundation
import Testing

@Suite("Predictions as text") struct PredictionTextTests {
  private struct Line: Encodable {
    var label: String
    var scores: [String: Double]
  }

  private static let labels = ["b", "LABEL_10", "LABEL_2", "a \"quoted\"\n", "中文", "É", "z\u{1F600}", "0/1", "\u{7F}"]

  @Test("As Foundation's encoder writes them, keys sorted") func json() throws {
    let values = [0.1, 1, 0, 1e-7, 123456.75, Double.leastNonzeroMagnitude, 1.0 / 3, -2.5, 1e22]
    let prediction = Prediction(labels: Self.labels, values: values, best: 3)
    var bytes: [UInt8] = []
    PredictionText(labels: Self.labels).appendJSON(prediction, to: &bytes)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let expected = try encoder.encode(Line(label: prediction.label, scores: prediction.scores))
    #expect(String(decoding: bytes, as: UTF8.self) == String(decoding: expected, as: UTF8.self))
  }

  @Test func rows() {
    let labels = ["no\tyes", "b"]
    let text = PredictionText(labels: labels)
    var bytes: [UInt8] = []
    text.appendRow(Prediction(labels: labels, values: [0.75, 0.25], best: 0), to: &bytes)
    #expect(text.tableHeader == "label\tno yes\tb")
    #expect(String(decoding: bytes, as: UTF8.self) == "no yes\t0.75\t0.25")
  }
}
