import ArgumentParser
import Compute
import Foundation
import Measurement

struct KernelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels",
    abstract: "Times the kernels of every instruction set at hand, against the measured limits of the machine.")

  @Option(help: "Interleaved rounds over all cases.")
  var rounds = 9

  @Option(help: "Seconds that a case gets in a round at least.")
  var turn = 0.02

  @Option(help: "Counts of threads, comma separated.")
  var threads = "1,2"

  @Option(help: "A Markdown document whose section for this machine is to be written.")
  var document: String?

  @Option(help: "What the table calls this state of the program.")
  var commit = "unknown"

  func run() throws {
    let counts = threads.split(separator: ",").compactMap { Int($0) }.filter { $0 > 0 }
    let scratch = FileManager.default.temporaryDirectory.appending(path: "espalier-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let cases = try cases(counts, scratch)
    let (measurements, limits) = try KernelRounds(cases: cases, rounds: rounds, turn: turn).measure { round in
      try Output.remark("round \(round + 1) of \(rounds)")
    }
    for measurement in measurements { try Output.line(measurement) }
    if let document {
      let tables = KernelTables(
        cases: cases, measurements: measurements, limits: limits, provenance: provenance(counts))
      try GeneratedSection(url: URL(filePath: document), name: Machine.current().cpu ?? "unknown machine")
        .replace(with: tables.markdown)
    }
  }

  private func cases(_ counts: [Int], _ scratch: URL) throws -> [KernelCase] {
    let operands = try LinearShape.all.map { try LinearOperands($0, scratch: scratch) }
    let definition = try CPUBackend(instructionSet: .scalar, threadCount: counts.max() ?? 1)
    var cases: [KernelCase] = []
    for set in InstructionSet.available {
      for count in counts where set != .scalar || count == 1 {
        let backend = try CPUBackend(instructionSet: set, threadCount: count)
        // VNNI differs from AVX-512 in the product of integers alone.
        for format in LinearFormat.allCases where set != .avx512vnni || format == .s8 {
          for operand in operands { cases.append(try operand.kernelCase(backend, format)) }
        }
        if set == .avx512vnni { continue }
        if set != .scalar { cases += try TrainingCases.all(backend, definition: definition) }
        cases += try RowCases.all(backend, definition: definition)
      }
    }
    return cases
  }

  private func provenance(_ counts: [Int]) -> [String] {
    let machine = Machine.current()
    let load = machine.loadAverage?.first.map { String(format: "%.1f", $0) } ?? "unknown"
    return [
      "### \(machine.cpu ?? "Unknown processor")",
      "",
      "\(machine.affinityCores ?? machine.logicalCores) cores, \(machine.cpuFlags.joined(separator: " ")); "
        + "load average \(load) when the table was made. \(Date.now.formatted(.iso8601.year().month().day())), "
        + "commit \(commit), `espalier-bench kernels --rounds \(rounds) --turn \(turn) --threads \(threads)`: "
        + "medians of \(rounds) interleaved rounds.",
    ]
  }
}
