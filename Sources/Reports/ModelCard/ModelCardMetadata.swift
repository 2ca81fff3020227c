/// The YAML at the head of a model card.
///
/// - SeeAlso: "model-index" of https://github.com/huggingface/hub-docs, `modelcard.md`.
struct ModelCardMetadata {
  let card: ModelCard

  var text: String {
    let (results, variant) = (card.results, card.variant)
    var lines = ["---"]
    if let licence = results.modelLicence { lines.append("license: \(quoted(licence.lowercased()))") }
    if let repository = results.modelRepository { lines.append("base_model: \(quoted(repository))") }
    lines += ["library_name: espalier", "pipeline_tag: text-classification", "tags:", "- text-classification"]
    if let precision = variant.precision { lines.append("- \(quoted(precision.lowercased()))") }
    if !metrics.isEmpty, let dataset = results.dataset {
      lines += [
        "metrics:"
      ]
      var types: [String] = []
      for metric in metrics where !types.contains(metric.type) { types.append(metric.type) }
      lines += types.map { "- \($0)" }
      lines += [
        "model-index:", "- name: \(quoted(variant.name))", "  results:", "  - task:",
        "      type: text-classification", "    dataset:", "      name: \(quoted(dataset.description ?? dataset.name))",
        "      type: \(quoted(dataset.name))",
      ]
      if let split = results.reportedSplit { lines.append("      split: \(quoted(split))") }
      lines.append("    metrics:")
      for metric in metrics {
        lines += ["    - type: \(metric.type)", "      name: \(metric.name)", "      value: \(metric.value)"]
      }
    }
    return (lines + ["---", ""]).joined(separator: "\n")
  }

  private var metrics: [(type: String, name: String, value: String)] {
    let variant = card.variant
    guard !variant.hasRandomWeights else { return [] }
    let all: [(String, String, Double?)] = [
      ("accuracy", "Accuracy", variant.accuracy), ("f1", "F1", variant.f1),
      ("matthews_correlation", "Matthews correlation", variant.mcc),
      ("pearsonr", "Pearson correlation", variant.pearson),
      ("spearmanr", "Spearman correlation", variant.spearman), ("mse", "Mean squared error", variant.meanSquaredError),
      ("f1", "Macro F1", variant.macroF1), ("f1", "Micro F1", variant.microF1),
    ]
    // YAML knows the ASCII minus only.
    return all.compactMap { type, name, value in
      value.map { (type, name, NumberText.fixed($0, 4).replacing("−", with: "-")) }
    }
  }

  /// A double-quoted scalar of YAML.
  private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F: result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
