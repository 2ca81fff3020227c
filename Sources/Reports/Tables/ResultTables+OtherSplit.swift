extension ResultTables {
  /// The variants on another split than the one that all other tables are of; nil where there is none.
  var otherSplit: DataTable? {
    guard let split = results.otherSplit else { return nil }
    return DataTable(
      columns: [
        .text(words.model), .number(words.accuracy), .number(words.interval(results.confidenceText)),
        .number(words.differencePoints), .number(words.pHolm),
      ],
      rows: split.variants.map { variant in
        [
          variant.shownTitle, AccuracyText.accuracy(variant.judged, of: variant, words),
          AccuracyText.interval(variant.judgedInterval, of: variant), AccuracyText.difference(of: variant),
          AccuracyText.pValue(of: variant),
        ]
      }, rowClasses: rowClasses)
  }
}
