import FoundationEssentials

/// The labels and predictions that a run keeps of a variant, in `predictions/NAME.tsv`.
struct PredictionTable {
  let labels: [Int]
  let predictions: [Int]

  var isCorrect: [Bool] { zip(labels, predictions).map { $0 == $1 } }

  /// Nil where `run` is no run folder, or its table isn't whole.
  init?(run: String, variant: String) {
    let url = URL(filePath: run, directoryHint: .isDirectory).appending(path: "predictions/\(variant).tsv")
    guard let text = try? String(contentsOf: url, encoding: .utf8) else { return nil }
    var labels: [Int] = [], predictions: [Int] = []
    for (index, line) in text.split(separator: "\n").dropFirst().enumerated() {
      let cells = line.split(separator: "\t")
      guard cells.count >= 3, Int(cells[0]) == index, let label = Int(cells[1]), let prediction = Int(cells[2]) else {
        return nil
      }
      labels.append(label)
      predictions.append(prediction)
    }
    guard !labels.isEmpty else { return nil }
    self.labels = labels
    self.predictions = predictions
  }
}
