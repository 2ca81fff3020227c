extension ResultTables {
  /// For each model of unlike formats, its title, and which part is stored how and costs what.
  var mixedFormats: [(title: String, note: String, table: DataTable)] {
    results.variants.compactMap { variant in
      variant.mixedFormats.map {
        (title: words.partsTitle(variant.shownTitle), note: note($0, variant), table: table($0, variant))
      }
    }
  }

  private func note(_ mixed: MixedFormats, _ variant: VariantResult) -> String {
    words.partsNote(
      sensitivitySentences: NumberText.grouped(mixed.sensitivitySentences), split: mixed.split,
      whole: variant.hasRandomWeights
        ? nil : (points(mixed.accuracyDrop), points(mixed.maxDrop), NumberText.grouped(mixed.sentences)))
  }

  private func points(_ share: Double) -> String { NumberText.fixed(100 * share, 2) }

  private func table(_ mixed: MixedFormats, _ variant: VariantResult) -> DataTable {
    let formats = mixed.parts.first?.options.dropLast().map(\.format) ?? []
    let measured = formats.flatMap { format in
      [words.partDivergence(format), words.partLoss(format), words.partDrop(format)].map(DataTable.Column.number)
    }
    return DataTable(
      columns: [.text(words.part), .text(words.storedAs), .number(words.bytes)] + measured,
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
        return [
          part.name, words.formatName(part.chosen),
          chosen.map { NumberText.grouped($0.bytes) } ?? NumberText.missing,
        ] + costs
      })
  }
}
