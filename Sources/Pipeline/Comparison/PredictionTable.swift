import FoundationEssentials
import Measurement

/// What is true and what was predicted, as a run keeps it of a variant in `predictions/NAME.tsv`.
struct PredictionTable {
  let answers: Answers

  var isCorrect: [Bool]? { answers.isCorrect }

  /// - Parameter metric: by which the run judges, and which tells what the cells are.
  /// - Returns: nil where `run` is no run folder, or its table isn't whole.
  init?(run: String, variant: String, metric: Metric) {
    let url = URL(filePath: run, directoryHint: .isDirectory).appending(path: "predictions/\(variant).tsv")
    guard let text = try? String(contentsOf: url, encoding: .utf8) else { return nil }
    var labels: [Substring] = [], predictions: [Substring] = []
    var width = 0
    for (index, line) in text.split(separator: "\n").enumerated() {
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false)
      if index == 0 {
        width = cells.count - 3
        continue
      }
      guard cells.count == width + 3, Int(cells[0]) == index - 1 else { return nil }
      labels.append(cells[1])
      predictions.append(cells[2])
    }
    guard !labels.isEmpty, width > 0 else { return nil }
    func all<T>(_ cells: [Substring], _ value: (Substring) -> T?) -> [T]? {
      let values = cells.compactMap(value)
      return values.count == cells.count ? values : nil
    }
    if metric.isOfNumbers {
      guard let actual = all(labels, { Double($0) }), let predicted = all(predictions, { Double($0) }) else {
        return nil
      }
      answers = .numbers(actual: actual, predicted: predicted)
    } else if let actual = all(labels, { Int($0) }), let predicted = all(predictions, { Int($0) }),
      metric != .microF1
    {
      answers = .classes(actual: actual, predicted: predicted, count: width)
    } else {
      func sets(_ cells: [Substring]) -> [Bool]? {
        all(cells) { cell -> [Bool]? in
          guard let classes = all(cell.split(separator: ","), { Int($0) }) else { return nil }
          return (0..<width).map(classes.contains)
        }?.flatMap { $0 }
      }
      guard let actual = sets(labels), let predicted = sets(predictions) else { return nil }
      answers = .classSets(actual: actual, predicted: predicted, count: width)
    }
  }
}
