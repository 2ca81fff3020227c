import enum Measurement.Metric

/// The sentences that say how the figures were made, from the results themselves.
struct MethodNotes {
  /// In the language of `words`.
  let results: ShowdownResults
  let words: any Phrases

  init(_ results: ShowdownResults, _ words: any Phrases) {
    self.results = results
    self.words = words
  }

  /// Of units, in sentences.
  var units: String { words.units(subject: results.latencySubject, threads: results.threads) }

  var comparison: [String] {
    var notes = [words.noteOnIntervals, words.noteOnRatios]
    // One row more or less is a known share of accuracy alone.
    if results.measure == .accuracy, let count = results.baseline?.count, count > 0,
      results.baseline?.hasRandomWeights == false
    {
      notes.append(
        words.noteOnRows(count: NumberText.grouped(count), points: NumberText.trimmed(100 / Double(count), 3)))
    }
    if results.variants.contains(where: { $0.division(against: results.baseline) != nil }) {
      notes.append(words.noteOnDivisions)
    }
    if results.variants.contains(where: { $0.role == .control }) {
      notes.append(words.noteOnControls)
    } else if let epochs = results.baseline?.epochs, results.variants.contains(where: { $0.epochs ?? 0 > epochs }) {
      notes.append(words.noteOnNoControls)
    }
    if results.variants.contains(where: { $0.role == .reference }) { notes.append(words.noteOnReferences) }
    return notes
  }

  func splitTable(_ splits: [SplitUse]) -> DataTable {
    DataTable(
      columns: [.text(words.split), .number(words.rows), .text(words.usedFor)],
      rows: splits.map { [$0.name, $0.rows.map(NumberText.grouped) ?? NumberText.missing, $0.purpose] })
  }

  /// The facts as a table, the command first; nil without any.
  var factTable: DataTable? {
    let all = (results.command.map { [(name: words.factCommand, value: $0)] } ?? []) + facts
    guard !all.isEmpty else { return nil }
    return DataTable(columns: [.text(words.what), .text(words.value)], rows: all.map { [$0.name, $0.value] })
  }

  /// Where the run comes from, for those parts that are known.
  var facts: [(name: String, value: String)] {
    var facts: [(name: String, value: String)] = []
    func add(_ name: String, _ value: String?) {
      if let value, !value.isEmpty { facts.append((name, value)) }
    }
    add(words.factModel, results.model)
    add(words.factRecipe, results.recipe)
    add(words.factData, results.dataset.map(description))
    add(words.factDate, results.date)
    add("Espalier", joined([results.espalierVersion, results.commit.map(words.commit)]))
    add(words.factSeed, results.seed.map(String.init))
    add(words.factSeeds, results.seeds.map { $0.map(String.init).joined(separator: words.listSeparator) })
    add(words.factThreads, results.threads.map(String.init))
    if let machine = results.machine {
      add(words.factProcessor, processor(machine))
      add(words.factInstructionSets, machine.cpuFlags?.joined(separator: ", "))
      add(words.factKernels, machine.kernelInstructionSet)
      add(words.factMemory, machine.memoryBytes.map { NumberText.fixed(Double($0) / 1_073_741_824, 1) + " GiB" })
      add(words.factSystem, joined([machine.operatingSystem, machine.kernel, machine.architecture]))
      add(words.factLoad, machine.loadAverage?.map { NumberText.fixed($0, 2) }.joined(separator: ", "))
      add(words.factGovernor, machine.frequencyGovernor)
    }
    return facts
  }

  private func description(_ dataset: DatasetDescription) -> String {
    joined([dataset.name, dataset.description, dataset.licence.map(words.licence)])
  }

  private func processor(_ machine: MachineDescription) -> String {
    joined([
      machine.cpu, machine.logicalCores.map(words.logicalCores),
      machine.affinityCores.flatMap { $0 == machine.logicalCores ? nil : words.coresForThisProcess($0) },
      machine.cpuQuota.map { words.processorLimit(NumberText.trimmed($0, 2)) },
    ])
  }

  private func joined(_ parts: [String?]) -> String {
    parts.compactMap { $0 }.joined(separator: words.partSeparator)
  }
}
