/// The files of a report, as text. A pure function of the results: it reads nothing and writes nothing.
public struct Report: Sendable {
  /// A file of the report: its name within the directory of the report, and its text.
  public struct File: Equatable, Sendable {
    public let name: String
    public let text: String
  }

  public let results: ShowdownResults
  /// The loss, in what the models are judged by, that one is ready to accept, as a share; the verdict uses it.
  public let margin: Double
  /// Of `results.md`, `index.html` and the figures. JSON and CSV are the same in all.
  public let language: Language
  /// The accuracies between which the radar draws differences; nil takes the study's 0.90 to 0.94, widened to hold all
  /// accuracies shown. The figure states it.
  public let radarAccuracyRange: ClosedRange<Double>?

  /// - Parameters:
  ///   - margin: nil for that of the run, or where it has none, of ``Verdict/standardMargin``.
  ///   - language: nil for that of the run, or English.
  public init(
    _ results: ShowdownResults, margin: Double? = nil, language: Language? = nil,
    radarAccuracyRange: ClosedRange<Double>? = nil
  ) {
    self.results = results
    self.margin = margin ?? results.margin ?? Verdict.standardMargin
    self.language = language ?? results.language ?? .english
    self.radarAccuracyRange = radarAccuracyRange
  }

  /// results.json, results.csv, results.md, index.html, and an SVG for each figure that the results allow:
  /// difference, accuracy-latency, accuracy-size, accuracy-memory, depth, sensitivity, latency-batch-TOKENS, latency-length,
  /// radar-cpu, radar-cpu-fixed.
  ///
  /// - Throws: ``ReportError/notEncodable(reason:)`` where a figure is not finite.
  public func files() throws(ReportError) -> [File] {
    let words = language.phrases(results.measure)
    let worded = results.worded(words)
    let figures = ReportFigures(worded, words, radarRange: radarAccuracyRange).all
    let verdict = Verdict(worded: worded, margin: margin, words)
    return [
      File(name: "results.json", text: try results.json()),
      File(name: "results.csv", text: results.csv()),
      File(name: "results.md", text: results.markdown(margin: margin, language: language)),
      File(
        name: "index.html", text: Page(results: worded, words: words, verdict: verdict, figures: figures).html),
    ] + figures.map { File(name: "\($0.name).svg", text: $0.standalone(language.tag)) }
  }
}
