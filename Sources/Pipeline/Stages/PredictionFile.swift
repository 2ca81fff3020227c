import Compute
import FoundationEssentials
import Measurement
import Training

/// `predictions/NAME.tsv`: of every row what is true, what was predicted, and the logits.
///
/// Classes stand by their numbers; several of one row with commas between them. Of numbers the prediction is the logit.
enum PredictionFile {
  static func write(_ predictions: Predictions, of variant: String, _ folder: RunFolder) throws -> URL {
    let url = folder.url.appending(path: "predictions/\(variant).tsv")
    try folder.makeParent(of: url)
    let columns = (0..<predictions.classCount).map { "logit_\($0)" }
    let (labels, said) = cells(predictions)
    var text = (["row", "label", "prediction"] + columns).joined(separator: "\t") + "\n"
    for row in 0..<predictions.count {
      let logits = predictions.logits[row * predictions.classCount..<(row + 1) * predictions.classCount]
      text += (["\(row)", labels[row], said[row]] + logits.map { "\($0)" }).joined(separator: "\t")
      text += "\n"
    }
    try AtomicFile.write(text, to: url)
    return url
  }

  private static func cells(_ predictions: Predictions) -> (labels: [String], said: [String]) {
    switch predictions.answers {
    case .classes(let actual, let predicted, _): return (actual.map { "\($0)" }, predicted.map { "\($0)" })
    case .numbers(let actual, let predicted):
      return (actual.map { "\(Float($0))" }, predicted.map { "\(Float($0))" })
    case .classSets(let actual, let predicted, let count):
      func sets(_ all: [Bool]) -> [String] {
        (0..<predictions.count).map { row in
          (0..<count).filter { all[row * count + $0] }.map(String.init).joined(separator: ",")
        }
      }
      return (sets(actual), sets(predicted))
    }
  }
}
