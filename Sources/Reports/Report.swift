/// The files of a report, as text. A pure function of the results: it reads nothing and writes nothing.
public struct Report: Sendable {
  /// A file of the report: its name within the directory of the report, and its text.
  public struct File: Equatable, Sendable {
    public let name: String
    public let text: String
  }

  public let results: ShowdownResults
  /// The loss of accuracy that one is ready to accept, as a share; the verdict uses it.
  public let margin: Double
  /// The accuracies between which the radar draws differences; nil takes the study's 0.90 to 0.94, widened to hold all
  /// accuracies shown. The figure states it.
  public let radarAccuracyRange: ClosedRange<Double>?

  public init(
    _ results: ShowdownResults, margin: Double = Verdict.standardMargin,
    radarAccuracyRange: ClosedRange<Double>? = nil
  ) {
    self.results = results
    self.margin = margin
    self.radarAccuracyRange = radarAccuracyRange
  }

  /// results.json, results.csv, results.md, index.html, and an SVG for each figure that the results allow:
  /// difference, accuracy-latency, accuracy-size, accuracy-memory, depth, sensitivity, latency-batch-TOKENS, radar-cpu,
  /// radar-cpu-fixed.
  ///
  /// - Throws: ``ReportError/notEncodable(reason:)`` where a figure is not finite.
  public func files() throws(ReportError) -> [File] {
    let figures = ReportFigures(results, radarRange: radarAccuracyRange).all
    let verdict = Verdict(results, margin: margin)
    return [
      File(name: "results.json", text: try results.json()),
      File(name: "results.csv", text: results.csv()),
      File(name: "results.md", text: results.markdown(margin: margin)),
      File(name: "index.html", text: Page(results: results, verdict: verdict, figures: figures).html),
    ] + figures.map { File(name: "\($0.name).svg", text: $0.standalone) }
  }
}
