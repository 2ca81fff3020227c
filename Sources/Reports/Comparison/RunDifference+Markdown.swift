import enum Measurement.Metric

extension RunDifference {
  /// The table of differences, and what it means, as Markdown.
  public var markdown: String {
    var parts = ["# \(DataTable.escapedMarkdown(runs.joined(separator: " and ")))", table.markdown]
    parts.append(DataTable.escapedMarkdown(notes.joined(separator: " ")))
    for (run, names) in zip(runs, unmatched) where !names.isEmpty {
      parts.append(DataTable.escapedMarkdown("Only in \(run): \(names.joined(separator: ", "))."))
    }
    parts += warnings.map { "**\(DataTable.escapedMarkdown($0))**" }
    return parts.map { $0.hasSuffix("\n") ? String($0.dropLast()) : $0 }.joined(separator: "\n\n") + "\n"
  }

  private var words: English { English(measure: metric ?? .accuracy) }

  private var table: DataTable {
    DataTable(
      columns: [
        .text("Model"), .number("\(words.accuracy), first"), .number("\(words.accuracy), second"),
        .number("Difference (points)"),
        .text("Rows"), .number("Size ratio"), .number("Time ratio"), .number("Peak ratio"),
      ],
      rows: rows.map { row in
        [
          row.title,
          row.accuracies.map { NumberText.fixed($0[0], 4) } ?? NumberText.missing,
          row.accuracies.map { NumberText.fixed($0[1], 4) } ?? NumberText.missing,
          row.accuracyDifference.map { with(row.accuracyInterval, NumberText.points, $0) } ?? NumberText.missing,
          row.accuracies == nil ? NumberText.missing : row.isPaired ? "paired" : "independent",
          row.sizeRatio.map(Self.ratio) ?? NumberText.missing,
          row.latencyRatio.map { with(row.latencyInterval, Self.ratio, $0) } ?? NumberText.missing,
          row.memoryRatio.map(Self.ratio) ?? NumberText.missing,
        ]
      })
  }

  private var notes: [String] {
    let share = NumberText.trimmed(100 * confidence, 2)
    return [
      "Differences and ratios are the second run's against the first's, with \(share) % intervals.",
      "Paired: both runs answered the same rows, and whole rows were resampled (bootstrap). Independent: Newcombe's interval, "
        + "which is wider.",
      "Times of two runs are of two moments, and of two machines where those differ: the interval tells what the calls of each "
        + "run scattered, not what the machine did between them.",
    ]
  }

  private static func ratio(_ value: Double) -> String { NumberText.fixed(value, 2) + "×" }

  private func with(_ bounds: Bounds?, _ text: (Double) -> String, _ value: Double) -> String {
    guard let bounds else { return text(value) }
    return "\(text(value)) [\(text(bounds.lower)), \(text(bounds.upper))]"
  }
}
