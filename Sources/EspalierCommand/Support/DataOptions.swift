public import ArgumentParser
import Bert
import Foundation
public import Measurement
import Pipeline
public import Text
import Training

/// How a file of examples is read.
struct DataOptions: ParsableArguments {
  @Option(
    help:
      "Read columns and classes as a task of GLUE has them: \(GLUETask.allCases.map(\.rawValue).joined(separator: ", "))."
  )
  var task: GLUETask?
  @Option(help: "tsv, csv or jsonl, where the name of the file doesn't tell, as with - for the standard input.")
  var format: ExampleFormat.Container?
  @Option(help: "The column of the text; sentence, text or sentence1 where it isn't given.")
  var textColumn: String?
  @Option(help: "The column of the second text of a pair; pair or sentence2, if there is one, where it isn't given.")
  var pairColumn: String?
  @Option(help: "The column of the label; label or score where it isn't given.")
  var labelColumn: String?
  @Flag(help: "The first line names no columns: they are numbered from 1.")
  var noHeader = false

  /// - Parameters:
  ///   - kind: nil where labels are not looked at.
  ///   - labels: the classes, in the order of their numbers.
  func exampleFormat(_ kind: TargetKind?, labels: [String]) -> ExampleFormat {
    var format = task?.format ?? ExampleFormat()
    format.container = self.format ?? format.container
    if noHeader { format.hasHeader = false }
    if let textColumn { format.text = [textColumn] }
    if let pairColumn { (format.pair, format.isPair) = ([pairColumn], true) }
    if let labelColumn { format.target = [labelColumn] }
    if !format.hasHeader, !format.isPair { format.pair = [] }
    // A task's own names go before those of a model that was trained without them.
    format.labels = task.map { $0.labels.count == labels.count ? $0.labels : labels } ?? labels
    format.kind = kind
    return format
  }

  /// For a model that is there.
  func exampleFormat(for configuration: BertConfiguration) -> ExampleFormat {
    exampleFormat(configuration.targetKind, labels: configuration.id2label)
  }
}

/// By what models are judged.
struct MetricOption: ParsableArguments {
  @Option(
    help:
      "What models are judged by: \(Metric.allCases.map(\.rawValue).joined(separator: ", ")); that of the task where it isn't given."
  )
  var metric: Metric?

  /// - Throws: a `ValidationError` for a metric of another kind of task.
  func resolved(_ data: DataOptions, _ kind: TargetKind, classCount: Int) throws -> Metric {
    let ofTask = data.task.flatMap { $0.metric.judges(kind, classCount: classCount) ? $0.metric : nil }
    let metric = metric ?? ofTask ?? kind.standardMetric
    guard metric.judges(kind, classCount: classCount) else {
      let possible = kind.metrics(classCount: classCount).map(\.rawValue).joined(separator: ", ")
      throw ValidationError("--metric: expected one of \(possible) for \(kind.rawValue), found \(metric.rawValue)")
    }
    return metric
  }

  func resolved(_ data: DataOptions, _ configuration: BertConfiguration) throws -> Metric {
    try resolved(data, configuration.targetKind, classCount: configuration.numLabels)
  }
}

extension GLUETask: ExpressibleByArgument {}
extension ExampleFormat.Container: ExpressibleByArgument {}
extension TargetKind: ExpressibleByArgument {}
extension Metric: ExpressibleByArgument {}
