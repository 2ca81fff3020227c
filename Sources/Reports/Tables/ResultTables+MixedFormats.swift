extension ResultTables {
  /// For each model of unlike formats, its title, and which part is stored how and costs what.
  static func mixedFormats(_ results: ShowdownResults) -> [(title: String, note: String, table: DataTable)] {
    results.variants.compactMap { variant in
      variant.mixedFormats.map {
        (title: "What each part of \(variant.shownTitle) costs", note: note($0, variant), table: table($0, variant))
      }
    }
  }

  private static func note(_ mixed: MixedFormats, _ variant: VariantResult) -> String {
    let parts =
      "Each part alone in fewer bits, all others in floats, on \(NumberText.grouped(mixed.sensitivitySentences)) "
      + "sentences of the \(mixed.split) split."
    if variant.hasRandomWeights { return parts }
    return parts + " The whole loses \(points(mixed.accuracyDrop)) points there, of "
      + "\(points(mixed.maxDrop)) allowed, on \(NumberText.grouped(mixed.sentences)) sentences; as these chose, that "
      + "flatters."
  }

  private static func points(_ share: Double) -> String { NumberText.fixed(100 * share, 2) }

  private static func table(_ mixed: MixedFormats, _ variant: VariantResult) -> DataTable {
    let formats = mixed.parts.first?.options.dropLast().map(\.format) ?? []
    let measured = formats.flatMap { format in
      ["divergence (nats)", "loss increase", "accuracy drop (points)"].map {
        DataTable.Column.number("\(format): \($0)")
      }
    }
    return DataTable(
      columns: [.text("Part"), .text("Stored as"), .number("Bytes")] + measured,
      rows: mixed.parts.map { part in
        let chosen = part.options.first { $0.format == part.chosen }
        let costs = formats.flatMap { format -> [String] in
          guard let option = part.options.first(where: { $0.format == format }) else {
            return [String](repeating: NumberText.missing, count: 3)
          }
          return [
            NumberText.nats(option.klDivergence),
            variant.hasRandomWeights ? NumberText.missing : NumberText.nats(option.lossIncrease),
            variant.hasRandomWeights ? NumberText.missing : points(option.accuracyDrop),
          ]
        }
        return [part.name, part.chosen, chosen.map { NumberText.grouped($0.bytes) } ?? NumberText.missing] + costs
      })
  }
}
