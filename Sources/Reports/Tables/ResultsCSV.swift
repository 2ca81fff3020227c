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
      ("accuracy", { $0.judged?.accuracy.map { "\($0)" } }),
      ("accuracy_lower", { $0.judged?.accuracyInterval.map { "\($0.lower)" } }),
      ("accuracy_upper", { $0.judged?.accuracyInterval.map { "\($0.upper)" } }),
      ("correct", { $0.judged?.correct.map { "\($0)" } }), ("count", { $0.count.map { "\($0)" } }),
      ("f1", { $0.judged?.f1.map { "\($0)" } }), ("mcc", { $0.judged?.mcc.map { "\($0)" } }),
      ("log_loss", { $0.judged?.logLoss.map { "\($0)" } }),
      ("expected_calibration_error", { $0.judged?.calibrationError.map { "\($0)" } }),
      ("accuracy_before_refinetuning", { $0.judged?.accuracyBeforeRefinetuning.map { "\($0)" } }),
      ("difference", { $0.judged?.difference.map { "\($0)" } }),
      ("difference_lower", { $0.judged?.differenceInterval.map { "\($0.lower)" } }),
      ("difference_upper", { $0.judged?.differenceInterval.map { "\($0.upper)" } }),
      ("fixed", { $0.judged?.fixed.map { "\($0)" } }), ("broken", { $0.judged?.broken.map { "\($0)" } }),
      ("agreement", { $0.judged?.agreement.map { "\($0)" } }), ("mcnemar_p", { $0.judged?.mcnemarP.map { "\($0)" } }),
      ("mcnemar_p_holm", { $0.judged?.mcnemarPHolm.map { "\($0)" } }),
      ("latency_p50_ms", { $0.latency.map { "\($0.p50)" } }), ("latency_p90_ms", { $0.latency.map { "\($0.p90)" } }),
      ("latency_p99_ms", { $0.latency.map { "\($0.p99)" } }),
      ("throughput_sentences_per_second", { $0.throughput.map { "\($0)" } }),
      ("peak_memory_bytes", { $0.peakMemoryBytes.map { "\($0)" } }),
      ("gpu_accuracy", { $0.judged?.gpu?.accuracy.map { "\($0)" } }),
      ("gpu_latency_p50_ms", { $0.gpu?.latency.map { "\($0.p50)" } }),
      ("gpu_peak_memory_bytes", { $0.gpu?.peakMemoryBytes.map { "\($0)" } }),
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
  fileprivate var judged: VariantResult? { hasRandomWeights ? nil : self }
}
