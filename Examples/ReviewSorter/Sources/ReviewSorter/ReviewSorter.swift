import Espalier
import Foundation

/// Sorts the lines of the standard input by label: `ReviewSorter MODEL < reviews.txt`.
@main
struct ReviewSorter {
  static func main() async throws {
    guard let path = CommandLine.arguments.dropFirst().first else {
      try FileHandle.standardError.write(contentsOf: Data("usage: ReviewSorter MODEL < reviews.txt\n".utf8))
      exit(64)
    }
    let classifier = try TextClassifier(contentsOf: URL(filePath: path, directoryHint: .isDirectory))

    var reviews: [String] = []
    while let line = readLine() { reviews.append(line) }

    // All at once: they are put together in batches.
    let predictions = try await classifier.predict(reviews)
    for label in classifier.labels {
      let rows = zip(reviews, predictions).filter { $0.1.label == label }.sorted { $0.1.score > $1.1.score }
      print("\(label): \(rows.count)")
      for (review, prediction) in rows { print("  \(prediction.score)  \(review)") }
    }

    // As the requests of a server come: each in a task of its own, all with the same classifier.
    let alone = try await withThrowingTaskGroup(of: (Int, Prediction).self) { group in
      for (index, review) in reviews.enumerated() {
        group.addTask { (index, try await classifier.predict(review)) }
      }
      var predictions: [Int: Prediction] = [:]
      for try await (index, prediction) in group { predictions[index] = prediction }
      return predictions
    }
    let same = predictions.enumerated().count { alone[$0.offset] == $0.element }
    print("\(same) of \(reviews.count) the same when asked one by one")
  }
}
