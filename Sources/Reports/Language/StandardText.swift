/// Texts that results hold in English and that reports show in their own language. What isn't one of them is shown as it
/// stands: it was written by the user.
///
/// Results keep sentences rather than codes, so that `results.json` can be read by itself. A text is recognised by
/// writing each standard text in English and comparing, so there is one place that says how it goes.
protocol StandardWords {
  func origin(_ origin: StandardTitle.Origin) -> String
  func format(_ format: StandardTitle.Format) -> String
  /// A variant of that origin in that format.
  func title(origin: String, format: String) -> String
  func fixed(_ text: FixedText) -> String
  func note(_ note: StandardNote) -> String
  func subject(_ subject: LatencySubject) -> String
  func withRandomWeights(_ model: String) -> String
}

extension String {
  /// The runs of digits in it, as numbers; commas between digits are those of thousands.
  var numbers: [Int] {
    var plain = ""
    for character in self where character != "," { plain.append(character) }
    return plain.split { !($0.isASCII && $0.isNumber) }.compactMap { Int($0) }
  }
}
