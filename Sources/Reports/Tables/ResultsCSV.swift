extension ShowdownResults {
  /// The text of `results.csv`: one variant a line, in the units of `results.json`; empty where nothing was measured.
  ///
  /// - SeeAlso: RFC 4180, with line feeds alone.
  public func csv() -> String {
    let columns = ShowdownResults.csvColumns
    let lines = [columns.map(\.name)] + variants.map { variant in columns.map { $0.value(variant) ?? "" } }
    return lines.map { $0.map(ShowdownResults.quoted).joined(separator: ",") + "\n" }.joined()
  }

  private typealias CSVColumn = (name: String, value: (VariantResult) -> String?)

  private static var csvColumns: [CSVColumn] {
    [
      ("name", { $0.name }), ("title", { $0.title }), ("role", { $0.role.rawValue }),
      ("layers", { $0.layers.map { "\($0)" } }),
      ("removed_layers", { $0.removedLayers?.map(String.init).joined(separator: " ") }),
      ("precision", { $0.precision }), ("epochs", { $0.epochs.map { "\($0)" } }),
      ("parameter_count", { $0.parameterCount.map { "\($0)" } }),
      ("size_bytes", { $0.sizeBytes.map { "\($0)" } }),
      ("random_weights", { $0.hasRandomWeights ? "true" : "false" }),
      ("accuracy", { $0.judgedRow?.accuracy.map { "\($0)" } }),
      ("accuracy_lower", { $0.judgedRow?.accuracyInterval.map { "\($0.lower)" } }),
      ("accuracy_upper", { $0.judgedRow?.accuracyInterval.map { "\($0.upper)" } }),
      ("correct", { $0.judgedRow?.correct.map { "\($0)" } }), ("count", { $0.count.map { "\($0)" } }),
      ("f1", { $0.judgedRow?.f1.map { "\($0)" } }), ("mcc", { $0.judgedRow?.mcc.map { "\($0)" } }),
      ("log_loss", { $0.judgedRow?.logLoss.map { "\($0)" } }),
      ("expected_calibration_error", { $0.judgedRow?.calibrationError.map { "\($0)" } }),
      ("accuracy_before_refinetuning", { $0.judgedRow?.accuracyBeforeRefinetuning.map { "\($0)" } }),
      ("difference", { $0.judgedRow?.difference.map { "\($0)" } }),
      ("difference_lower", { $0.judgedRow?.differenceInterval.map { "\($0.lower)" } }),
      ("difference_upper", { $0.judgedRow?.differenceInterval.map { "\($0.upper)" } }),
      ("fixed", { $0.judgedRow?.fixed.map { "\($0)" } }), ("broken", { $0.judgedRow?.broken.map { "\($0)" } }),
      ("agreement", { $0.judgedRow?.agreement.map { "\($0)" } }),
      ("mcnemar_p", { $0.judgedRow?.mcnemarP.map { "\($0)" } }),
      ("mcnemar_p_holm", { $0.judgedRow?.mcnemarPHolm.map { "\($0)" } }),
      ("latency_p50_ms", { $0.latency.map { "\($0.p50)" } }), ("latency_p90_ms", { $0.latency.map { "\($0.p90)" } }),
      ("latency_p99_ms", { $0.latency.map { "\($0.p99)" } }),
      ("throughput_sentences_per_second", { $0.throughput.map { "\($0)" } }),
      ("peak_memory_bytes", { $0.peakMemoryBytes.map { "\($0)" } }),
      ("gpu_accuracy", { $0.judgedRow?.gpu?.accuracy.map { "\($0)" } }),
      ("gpu_latency_p50_ms", { $0.gpu?.latency.map { "\($0.p50)" } }),
      ("gpu_peak_memory_bytes", { $0.gpu?.peakMemoryBytes.map { "\($0)" } }),
      ("score", { $0.judgedRow?.score.map { "\($0)" } }),
      ("score_lower", { $0.judgedRow?.scoreInterval.map { "\($0.lower)" } }),
      ("score_upper", { $0.judgedRow?.scoreInterval.map { "\($0.upper)" } }),
      ("pearson", { $0.judgedRow?.pearson.map { "\($0)" } }), ("spearman", { $0.judgedRow?.spearman.map { "\($0)" } }),
      ("mean_squared_error", { $0.judgedRow?.meanSquaredError.map { "\($0)" } }),
      ("f1_macro", { $0.judgedRow?.macroF1.map { "\($0)" } }),
      ("f1_micro", { $0.judgedRow?.microF1.map { "\($0)" } }),
      ("randomization_p", { $0.judgedRow?.randomizationP.map { "\($0)" } }),
      ("randomization_p_holm", { $0.judgedRow?.randomizationPHolm.map { "\($0)" } }),
    ]
  }

  private static func quoted(_ field: String) -> String {
    // By scalars: a carriage return and line feed are one character, equal to neither.
    guard field.unicodeScalars.contains(where: { [",", "\"", "\n", "\r"].contains($0) }) else { return field }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}

extension VariantResult {
  /// Nil where the weights are random, so that what was counted with them is not taken for a finding.
  fileprivate var judgedRow: VariantResult? { hasRandomWeights ? nil : self }
}
