extension ShowdownResults {
  /// The same with the standard texts in another language.
  func worded(_ words: some Phrases) -> ShowdownResults {
    let english = English()
    var results = self
    results.title = titles?[words.language.rawValue] ?? title
    for index in variants.indices {
      let variant = variants[index]
      guard let standard = StandardTitle(name: variant.name), variant.title == standard.text(english) else { continue }
      results.variants[index].title = standard.text(words)
    }
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
