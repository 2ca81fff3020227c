package import Measurement
package import Text
import Training

/// The data of a run: which files they are, how these are read, and what models are judged by.
package struct DataTask: Equatable, Sendable {
  package enum Files: Equatable, Sendable {
    /// Without a dev file of its own a data set is split.
    case tables(train: String, dev: String?)
    case movieSnippets
  }

  /// For people.
  package var title: String
  package var files: Files
  /// A second file that is reported on.
  package var otherDev: String?
  package var format: ExampleFormat
  package var metric: Metric

  /// The classes, in the order of their numbers; for numbers the name of the one output.
  package var labels: [String] { format.labels }
  package var kind: TargetKind { format.kind ?? .singleLabel }

  /// - Parameter dataset: what the catalogue says; nil for data of the user's own.
  /// - Throws: ``RecipeError/task(name:reason:)`` for what doesn't go together.
  package init(_ source: DataSource, _ dataset: Catalogue.Dataset?) throws(RecipeError) {
    let task = source.task ?? dataset?.task
    title = dataset?.title ?? source.name
    var format = task?.format ?? ExampleFormat(labels: dataset?.labels ?? [])
    format.container = source.format ?? format.container
    format.hasHeader = source.header ?? format.hasHeader
    if let text = source.text { format.text = [text] }
    if let pair = source.pair { (format.pair, format.isPair) = ([pair], true) }
    if let label = source.label { format.target = [label] }
    format.kind = source.problemType ?? format.kind
    if let labels = source.labels { format.labels = labels }
    if format.kind == .regression, source.labels == nil, source.problemType == .regression { format.labels = ["score"] }
    // Without a name there is no way to tell whether a second text is meant.
    if !format.hasHeader, !format.isPair { format.pair = [] }
    self.format = format
    let kind = format.kind ?? .singleLabel
    let isJudgedAsGLUE = source.problemType == nil && source.labels == nil
    metric = source.metric ?? (isJudgedAsGLUE ? task?.metric : nil) ?? kind.standardMetric
    if dataset?.format == .movieSnippets {
      files = .movieSnippets
    } else {
      files = .tables(
        train: source.train ?? task?.trainFile ?? "train.tsv",
        dev: source.train == nil ? source.dev ?? task?.devFile ?? "dev.tsv" : source.dev)
      otherDev = source.otherDev ?? (source.train == nil && source.dev == nil ? task?.otherDevFile : nil)
    }
    func fail(_ reason: String) -> RecipeError { .task(name: source.name, reason: reason) }
    let count = format.labels.count
    guard Set(format.labels).count == count else { throw fail("expected classes of unlike names") }
    switch kind {
    case .regression where count != 1: throw fail("a regression has one number a row, found labels of \(count)")
    case .singleLabel where count < 2: throw fail("expected data.labels, the names of two classes or more")
    case .multiLabel where count < 1: throw fail("expected data.labels, the names of the classes")
    default: break
    }
    let possible = kind.metrics(classCount: count)
    guard possible.contains(metric) else {
      throw fail(
        "data.metric: expected one of \(possible.map(\.rawValue).joined(separator: ", ")) for \(kind.rawValue) of "
          + "\(count) classes, found \(metric.rawValue)")
    }
  }

  /// The files, by their names in the directory of the data.
  package var fileNames: [String] {
    guard case .tables(let train, let dev) = files else { return [] }
    return [train] + [dev, otherDev].compactMap { $0 }
  }

  /// What the split of ``otherDev`` is called: its file's name up to the first dot, where that is no other split's.
  package var otherDevName: String? {
    otherDev.map { file in
      let name = file.split(separator: "/").last.map { String($0.prefix { $0 != "." }) } ?? ""
      return ["", "train", "selection", "dev"].contains(name) ? "other_dev" : name
    }
  }

  /// How splits of a run are written and read: an object a line, classes by their numbers.
  package static func splitFormat(_ kind: TargetKind, classCount: Int) -> ExampleFormat {
    ExampleFormat(container: .jsonl, kind: kind, labels: (0..<classCount).map(String.init))
  }
}
