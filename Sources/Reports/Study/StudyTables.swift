/// The study's published numbers beside those of a run of the same model on the same data; nothing where there are none.
struct StudyTables {
  private let results: ShowdownResults
  private let words: any Phrases
  private let study = PublishedStudy.published
  private let family: PublishedStudy.Family?

  /// Why there is nothing to show, in a sentence; empty where there is, or where the run doesn't tell its model.
  let absence: [String]

  init(_ results: ShowdownResults, _ words: any Phrases) {
    self.results = results
    self.words = words
    let found = results.baseline.flatMap(study.family)
    let hasSameData = results.dataset?.name == study.dataset
    family = hasSameData ? found : nil
    if results.baseline?.layers == nil || results.baseline?.parameterCount == nil {
      absence = []
    } else if found == nil {
      absence = [words.studyHasNoSuchModel]
    } else {
      absence = hasSameData ? [] : [words.studyHasOtherData]
    }
  }

  /// Our rows that the study has too, each with its numbers in columns of their own.
  var beside: DataTable? {
    guard let family else { return nil }
    let pairs = results.variants.compactMap { variant in
      family.rows.first { $0.counterpart == variant.name && $0.layers == variant.layers }.map { (variant, $0) }
    }
    guard !pairs.isEmpty else { return nil }
    return DataTable(
      columns: [
        .text(words.model), .reference(words.studysModel, isNumber: false),
        .number(words.sizeMB), .reference(words.studysSize),
        .number(words.accuracyCPU), .reference(words.studysAccuracyCPU), .reference(words.studysAccuracyGPU),
        .number(words.latencyCPU), .reference(words.studysLatencyCPU),
      ],
      rows: pairs.map { variant, row in
        [
          variant.shownTitle, row.title(words.language),
          variant.sizeBytes.map(NumberText.megabytes) ?? NumberText.missing, NumberText.fixed(row.sizeMegabytes, 2),
          AccuracyText.accuracy(variant.accuracy, of: variant, words), accuracy(row.cpu), accuracy(row.gpu),
          variant.latency.map { NumberText.fixed($0.p50, 2) } ?? NumberText.missing, latency(row.cpu),
        ]
      })
  }

  /// All of its rows, in its columns and their order.
  var rows: DataTable? {
    family.map { family in
      DataTable(
        columns: ResultTables(results, words).studyColumns,
        rows: family.rows.map { row in
          [
            words.studysRow(row.title(words.language)), NumberText.fixed(row.sizeMegabytes, 2), accuracy(row.gpu),
            latency(row.gpu), row.gpu?.peakMegabytes.map { NumberText.fixed($0, 2) } ?? NumberText.missing,
            accuracy(row.cpu), latency(row.cpu),
          ]
        },
        rowClasses: Dictionary(uniqueKeysWithValues: family.rows.indices.map { ($0, "role-reference") }))
    }
  }

  var batches: DataTable? {
    guard let family, let batches = family.batches else { return nil }
    return DataTable(
      columns: [.text(words.modelMillisecondsAt)] + batches.sizes.map { .reference(words.batchColumn("\($0)")) },
      rows: batches.rows.map { row in
        let title = family.rows.first { $0.counterpart == row.counterpart }?.title(words.language) ?? row.counterpart
        return [words.studysRow(title)] + row.latencyMilliseconds.map { NumberText.fixed($0, 2) }
      })
  }

  /// The accuracy that it lost without each layer, as a share.
  var drops: [Double]? { family?.drops }

  /// What is wrong with these numbers, in sentences; empty without any.
  var cautions: [String] {
    guard let family else { return [] }
    var cautions = words.studyCautions(
      device: study.device, repetitions: study.repetitions, tokens: study.tokens,
      hasQAT: family.rows.contains { $0.counterpart.hasSuffix("-qat") })
    if let stated = family.rows.first?.sizeMegabytes {
      // Four bytes a parameter.
      let real = NumberText.megabytes(4 * family.parameters)
      cautions.append(words.studysSizeCaution(real: real, stated: NumberText.fixed(stated, 2)))
    }
    return cautions
  }

  private func accuracy(_ figures: PublishedStudy.Figures?) -> String {
    figures.map { NumberText.fixed($0.accuracy, 4) } ?? NumberText.missing
  }

  private func latency(_ figures: PublishedStudy.Figures?) -> String {
    figures.map { NumberText.fixed($0.latencyMilliseconds, 2) } ?? NumberText.missing
  }
}
