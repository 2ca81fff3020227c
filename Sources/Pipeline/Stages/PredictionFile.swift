import Compute
import FoundationEssentials
import Training

/// `predictions/NAME.tsv`: every row's label, prediction and logits.
enum PredictionFile {
  static func write(_ predictions: Predictions, of variant: String, _ folder: RunFolder) throws -> URL {
    let url = folder.url.appending(path: "predictions/\(variant).tsv")
    try folder.makeParent(of: url)
    let columns = (0..<predictions.classCount).map { "logit_\($0)" }
    var text = (["row", "label", "prediction"] + columns).joined(separator: "\t") + "\n"
    for (row, label) in predictions.classes.enumerated() {
      let logits = predictions.logits[row * predictions.classCount..<(row + 1) * predictions.classCount]
      text += (["\(row)", "\(predictions.labels[row])", "\(label)"] + logits.map { "\($0)" }).joined(separator: "\t")
      text += "\n"
    }
    try AtomicFile.write(text, to: url)
    return url
  }
}
