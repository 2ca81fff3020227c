import Foundation
import Measurement
package import Reports

/// Sets two finished runs side by side.
package enum RunComparison {
  /// - Parameter paths: run folders, report directories, or files of results.
  /// - Throws: ``PipelineError/noResults(path:)`` or `ReportError` for what can't be read.
  package static func difference(_ paths: [String]) throws -> RunDifference {
    let results = try paths.map(ReportStage.read)
    let (first, second) = (results[0], results[1])
    let metric = first.metric ?? .accuracy
    let isComparable = first.metric == second.metric
    let confidence = first.confidence ?? 0.95
    var rows: [RunDifference.Row] = []
    for before in first.variants where before.role != .reference {
      guard let after = second.variants.first(where: { $0.name == before.name }) else { continue }
      let pairing = isComparable ? pairing(paths, before, after, metric) : nil
      var row = RunDifference.Row(name: before.name, title: before.title ?? before.name, isPaired: pairing != nil)
      let scores = (before.score ?? before.accuracy, after.score ?? after.accuracy)
      if isComparable, let a = scores.0, let b = scores.1, before.randomWeights != true, after.randomWeights != true {
        row.accuracies = [a, b]
        row.accuracyDifference = b - a
        row.accuracyInterval = try interval(before, after, pairing, metric, confidence)
      }
      row.sizeRatio = ratio(after.sizeBytes, before.sizeBytes)
      row.memoryRatio = ratio(after.peakMemoryBytes, before.peakMemoryBytes)
      if let a = before.latency, let b = after.latency, a.p50 > 0 {
        row.latencyRatio = b.p50 / a.p50
        row.latencyInterval = interval(ofRatio: b, to: a)
      }
      rows.append(row)
    }
    let names = results.map { $0.variants.filter { $0.role != .reference }.map(\.name) }
    return RunDifference(
      runs: paths, rows: rows,
      unmatched: [names[0].filter { !names[1].contains($0) }, names[1].filter { !names[0].contains($0) }],
      warnings: warnings(first, second), confidence: confidence, metric: first.metric)
  }

  /// What each run said of the split; nil unless both kept their predictions and answered the same rows.
  private static func pairing(
    _ paths: [String], _ before: VariantResult, _ after: VariantResult, _ metric: Metric
  ) -> (before: Answers, after: Answers)? {
    guard let a = PredictionTable(run: paths[0], variant: before.name, metric: metric),
      let b = PredictionTable(run: paths[1], variant: after.name, metric: metric),
      a.answers.hasSameTruth(as: b.answers),
      // A report that was made of other predictions than those that lie beside it pairs with nothing.
      a.isCorrect?.count(where: { $0 }) == before.correct, b.isCorrect?.count(where: { $0 }) == after.correct
    else { return nil }
    return (a.answers, b.answers)
  }

  private static func interval(
    _ before: VariantResult, _ after: VariantResult, _ pairing: (before: Answers, after: Answers)?,
    _ metric: Metric, _ confidence: Double
  ) throws -> Bounds? {
    if let pairing {
      let found = try Bootstrap(confidence: confidence).difference(
        of: metric, baseline: pairing.before, variant: pairing.after)
      return Bounds(found.lower, found.upper)
    }
    // Newcombe's interval is of shares.
    guard metric == .accuracy else { return nil }
    guard let a = counts(before), let b = counts(after) else { return nil }
    let found = Interval.newcombe(first: a, second: b, confidence: confidence)
    return Bounds(found.lower, found.upper)
  }

  private static func counts(_ variant: VariantResult) -> (successes: Int, count: Int)? {
    guard let correct = variant.correct, let count = variant.count, count > 0, (0...count).contains(correct) else {
      return nil
    }
    return (correct, count)
  }

  /// Of two medians with intervals of their own: in logarithms the half-widths add as squares do.
  private static func interval(ofRatio after: LatencyFigures, to before: LatencyFigures) -> Bounds? {
    guard let a = before.p50Interval, let b = after.p50Interval, a.lower > 0, b.lower > 0, before.p50 > 0 else {
      return nil
    }
    func length(_ x: Double, _ y: Double) -> Double { (x * x + y * y).squareRoot() }
    let centre = after.p50 / before.p50
    let down = length(log(after.p50 / b.lower), log(a.upper / before.p50))
    let up = length(log(b.upper / after.p50), log(before.p50 / a.lower))
    return Bounds(centre * exp(-down), centre * exp(up))
  }

  private static func ratio(_ after: Int?, _ before: Int?) -> Double? {
    guard let after, let before, before > 0 else { return nil }
    return Double(after) / Double(before)
  }

  private static func warnings(_ first: ShowdownResults, _ second: ShowdownResults) -> [String] {
    var warnings: [String] = []
    func differ(_ what: String, _ a: String?, _ b: String?) {
      guard a != b else { return }
      warnings.append("The runs differ in \(what): \(a ?? "unknown") and \(b ?? "unknown").")
    }
    func sum(_ results: ShowdownResults) -> String? {
      results.dataset?.files?.map { $0.sha256?.prefix(12) ?? "unknown" }.joined(separator: " ")
    }
    differ("what models are judged by", (first.metric ?? .accuracy).rawValue, (second.metric ?? .accuracy).rawValue)
    differ("the processor", first.machine?.cpu, second.machine?.cpu)
    differ(
      "the instruction set", first.machine?.kernelInstructionSet, second.machine?.kernelInstructionSet)
    differ("threads", first.threads.map(String.init), second.threads.map(String.init))
    differ("the data (SHA-256)", sum(first), sum(second))
    return warnings
  }
}
