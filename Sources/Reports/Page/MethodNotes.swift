/// The sentences that say how the figures were made, from the results themselves.
enum MethodNotes {
  /// Of units, in sentences.
  static func units(_ results: ShowdownResults) -> String {
    var text =
      "MB are 2²⁰ bytes of all files that inference needs; no state of the optimiser is counted. Latency is the median of "
      + "single calls at batch 1"
    if let subject = results.latencySubject { text += ", \(subject)" }
    if let threads = results.threads { text += ", with \(threads) thread\(threads == 1 ? "" : "s")" }
    return text + ". N/A: not measured."
  }

  static func comparison(_ results: ShowdownResults) -> [String] {
    var notes = [
      "Intervals of accuracy are Wilson's; differences are against the baseline on the same rows, with the interval of a "
        + "paired bootstrap; p is McNemar's exact test, corrected over the rows by Holm.",
      "Time ratio is the median latency over the baseline's. Peak is the high-water mark of resident memory of a fresh "
        + "process that served this model alone.",
    ]
    if let count = results.baseline?.count, count > 0, results.baseline?.hasRandomWeights == false {
      notes.append(
        "The reported split has \(NumberText.grouped(count)) rows: one row is "
          + "\(NumberText.trimmed(100 / Double(count), 3)) points.")
    }
    if results.variants.contains(where: { $0.division(against: results.baseline) != nil }) {
      notes.append(
        "Closed: the baseline's weights in another number format, at most calibrated, nothing trained for it. Open: trained "
          + "again.")
    }
    if results.variants.contains(where: { $0.role == .control }) {
      notes.append(
        "Controls answer whether the choice of the layers did it, or just more training; they are never "
          + "recommended.")
    } else if let epochs = results.baseline?.epochs, results.variants.contains(where: { $0.epochs ?? 0 > epochs }) {
      notes.append(
        "No control was run, and open rows were trained for more epochs than the baseline: what pruning did can't be told "
          + "from what the longer training did.")
    }
    if results.variants.contains(where: { $0.role == .reference }) {
      notes.append("Rows of the role reference were measured elsewhere and take part in no comparison.")
    }
    return notes
  }

  static func splitTable(_ splits: [SplitUse]) -> DataTable {
    DataTable(
      columns: [.text("Split"), .number("Rows"), .text("Used for")],
      rows: splits.map { [$0.name, $0.rows.map(NumberText.grouped) ?? NumberText.missing, $0.purpose] })
  }

  /// Where the run comes from, for those parts that are known.
  static func facts(_ results: ShowdownResults) -> [(name: String, value: String)] {
    var facts: [(name: String, value: String)] = []
    func add(_ name: String, _ value: String?) {
      if let value, !value.isEmpty { facts.append((name, value)) }
    }
    add("Model", results.model)
    add("Recipe", results.recipe)
    add("Data", results.dataset.map(words))
    add("Date", results.date)
    add("Espalier", [results.espalierVersion, results.commit.map { "commit \($0)" }].joined(", "))
    add("Seed", results.seed.map(String.init))
    add("Threads", results.threads.map(String.init))
    if let machine = results.machine {
      add("Processor", processor(machine))
      add("Instruction sets", machine.cpuFlags?.joined(separator: ", "))
      add("Kernels", machine.kernelInstructionSet)
      add("Memory", machine.memoryBytes.map { NumberText.fixed(Double($0) / 1_073_741_824, 1) + " GiB" })
      add("System", [machine.operatingSystem, machine.kernel, machine.architecture].joined(", "))
      add("Load at start", machine.loadAverage?.map { NumberText.fixed($0, 2) }.joined(separator: ", "))
      add("Frequency governor", machine.frequencyGovernor)
    }
    return facts
  }

  private static func words(_ dataset: DatasetDescription) -> String {
    [dataset.name, dataset.description, dataset.licence.map { "licence \($0)" }].joined(", ")
  }

  private static func processor(_ machine: MachineDescription) -> String {
    [
      machine.cpu, machine.logicalCores.map { "\($0) logical cores" },
      machine.affinityCores.flatMap { $0 == machine.logicalCores ? nil : "\($0) of them for this process" },
      machine.cpuQuota.map { "limited to \(NumberText.trimmed($0, 2)) processors" },
    ].joined(", ")
  }
}

extension [String?] {
  fileprivate func joined(_ separator: String) -> String { compactMap { $0 }.joined(separator: separator) }
}
