/// A drawing with its words and the numbers it was made from.
struct Figure {
  /// Of the file, and of the place on the page.
  let name: String
  let title: String
  /// One sentence for those who can't see it: what is drawn and what it shows.
  let summary: String
  /// What a reader must know to read it right.
  let caption: String
  let chart: any Chart
  let table: DataTable

  /// Inside of the page, which has the styles and shows the title.
  ///
  /// - Parameter language: as BCP 47 names it.
  func inline(_ language: String) -> Markup {
    svg(
      chart, id: name, style: "chart wide", margin: 0, heading: 0, [.group(chart.drawn())], isStandalone: false,
      language: language)
  }

  /// The same drawing for a small screen; the page shows one of the two.
  func inlineNarrow(_ language: String) -> Markup {
    var narrow = chart
    narrow.width = ChartLayout.narrowWidth
    return svg(
      narrow, id: "\(name)-narrow", style: "chart narrow", margin: 0, heading: 0, [.group(narrow.drawn())],
      isStandalone: false, language: language)
  }

  /// A file of its own, on its own paper, with its title. Of fixed size and without anything from elsewhere, so that any
  /// program that knows SVG makes a PNG of it.
  ///
  /// - Parameter language: as BCP 47 names it.
  func standalone(_ language: String) -> String {
    let (margin, heading) = (20.0, 30.0)
    let pieces = [
      Draw.rect(0, 0, chart.width + 2 * margin, chart.height + heading + 2 * margin, "paper"),
      Draw.text(title, margin, margin + 13, "heading"),
      Draw.translated(margin, margin + heading, chart.drawn()),
    ]
    return svg(
      chart, id: name, style: "chart", margin: margin, heading: heading, pieces, isStandalone: true, language: language
    ).source
  }

  private func svg(
    _ chart: any Chart, id: String, style cssClass: String, margin: Double, heading: Double, _ pieces: [Markup],
    isStandalone: Bool, language: String
  ) -> Markup {
    let width = NumberText.coordinate(chart.width + 2 * margin)
    let height = NumberText.coordinate(chart.height + heading + 2 * margin)
    let words: [Markup] = [
      .element("title", ["id": "\(id)-title"], title), .element("desc", ["id": "\(id)-desc"], summary),
    ]
    let style: [Markup] = isStandalone ? [.style(ChartStyle.standalone)] : []
    return .element(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "xml:lang": language, "class": cssClass,
        "viewBox": "0 0 \(width) \(height)",
        "width": width, "height": height, "role": "img", "aria-labelledby": "\(id)-title \(id)-desc",
      ], words + style + pieces)
  }
}
