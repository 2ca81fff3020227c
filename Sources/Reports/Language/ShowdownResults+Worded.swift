extension ShowdownResults {
  /// The same with the standard texts in another language.
  func worded(_ words: some Phrases) -> ShowdownResults {
    let english = English()
    var results = self
    results.title = titles?[words.language.rawValue] ?? title
    func titled(_ variant: VariantResult) -> VariantResult {
      guard let standard = StandardTitle(name: variant.name), variant.title == standard.text(english) else {
        return variant
      }
      var variant = variant
      variant.title = standard.text(words)
      return variant
    }
    results.variants = variants.map(titled)
    if let otherSplit { results.otherSplit?.variants = otherSplit.variants.map(titled) }
    if let model, case let plain = english.withRandomWeights(""), model.hasSuffix(plain) {
      results.model = words.withRandomWeights(String(model.dropLast(plain.count)))
    }
    results.splits = splits?.map { split in
      var split = split
      split.purpose = FixedText(split.purpose).map(words.fixed) ?? split.purpose
      return split
    }
    results.dataset?.description = dataset?.description.map { text in FixedText(text).map(words.fixed) ?? text }
    results.dataset?.licence = dataset?.licence.map { text in FixedText(text).map(words.fixed) ?? text }
    results.latencySubject = latencySubject.map { text in
      LatencySubject(text, split: reportedSplit).map(words.subject) ?? text
    }
    results.notes = notes?.map { text in StandardNote(text).map(words.note) ?? text }
    return results
  }
}
