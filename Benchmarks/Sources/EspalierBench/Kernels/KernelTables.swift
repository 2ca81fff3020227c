import Compute
import Foundation
import Measurement

/// The measurements as Markdown: a table of limits, one of products, one of the rest; a column for each level and count of
/// threads.
struct KernelTables {
  let cases: [KernelCase]
  let measurements: [KernelMeasurement]
  let limits: Limits
  /// A line for each of machine, date, commit and command.
  let provenance: [String]

  private struct Column: Hashable {
    let instructionSet: InstructionSet
    let threads: Int
    var title: String { "\(instructionSet.rawValue), \(threads) thread\(threads == 1 ? "" : "s")" }
  }

  private var columns: [Column] {
    var found: [Column] = []
    for kernel in cases {
      let column = Column(instructionSet: kernel.instructionSet, threads: kernel.threads)
      if !found.contains(column) { found.append(column) }
    }
    return found.sorted { ($0.instructionSet, $0.threads) < ($1.instructionSet, $1.threads) }
  }

  var markdown: String {
    (provenance + [""] + limitTable + [""] + table(titled: "GFLOP/s (share of the peak in that column)", products)
      + [""] + table(titled: "ns an element (GB/s)", others))
      .joined(separator: "\n") + "\n"
  }

  /// What is bound by arithmetic, or should be.
  private func products(_ index: Int) -> String? {
    let figures = measurements[index]
    guard figures.gflops > 0 else { return nil }
    let share = figures.shareOfPeak.map { " (\(Self.number($0 * 100, 0)) %)" } ?? ""
    let bound = limits.roof(cases[index]).flatMap { $0.isMemory ? " of \(Self.number($0.gflops, 0)) fed" : nil } ?? ""
    return Self.number(figures.gflops, figures.gflops < 10 ? 1 : 0) + share + bound
  }

  private func others(_ index: Int) -> String? {
    let figures = measurements[index]
    guard figures.gflops == 0 else { return nil }
    return "\(Self.number(figures.nanosecondsPerElement, 2)) (\(Self.number(figures.gigabytesPerSecond, 1)))"
  }

  private func table(titled title: String, _ cell: (Int) -> String?) -> [String] {
    var rows: [(op: String, size: String)] = []
    var cells: [[String]] = []
    for (index, kernel) in cases.enumerated() {
      guard let text = cell(index),
        let column = columns.firstIndex(of: Column(instructionSet: kernel.instructionSet, threads: kernel.threads))
      else { continue }
      var row = rows.firstIndex { $0.op == kernel.op && $0.size == kernel.size }
      if row == nil {
        rows.append((kernel.op, kernel.size))
        cells.append([String](repeating: "", count: columns.count))
        row = rows.count - 1
      }
      if let row { cells[row][column] = text }
    }
    let body = zip(rows, cells).map { "| \($0.op) | \($0.size) | \($1.joined(separator: " | ")) |" }
    return ["\(title):", ""] + Self.head(["op", "size"] + columns.map(\.title)) + body
  }

  private var limitTable: [String] {
    let threads = Set(cases.map(\.threads)).sorted()
    let titles = threads.map { "\($0) thread\($0 == 1 ? "" : "s")" }
    var rows: [String] = []
    for set in Set(cases.map(\.instructionSet)).sorted() where set != .scalar {
      let cells = threads.map { count in
        limits.peaks[Peak(instructionSet: set, threads: count)].map { Self.number($0, 0) + " GFLOP/s" } ?? ""
      }
      rows.append("| fused multiply-add, \(set.rawValue) | \(cells.joined(separator: " | ")) |")
    }
    for bytes in ReadRate.sizes {
      let cells = threads.map { count in
        limits.reads[ReadRate(bytes: bytes, threads: count)].map { Self.number($0, 0) + " GB/s" } ?? ""
      }
      let size = bytes < 1 << 20 ? "\(bytes >> 10) KiB" : "\(bytes >> 20) MiB"
      rows.append("| reading \(size) a thread | \(cells.joined(separator: " | ")) |")
    }
    return ["Limits of the machine, medians of the same rounds:", ""] + Self.head(["limit"] + titles) + rows
  }

  private static func head(_ titles: [String]) -> [String] {
    ["| \(titles.joined(separator: " | ")) |", "|" + String(repeating: " --- |", count: titles.count)]
  }

  private static func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
}

/// A document whose part between two marks belongs to the program.
struct GeneratedSection {
  let url: URL
  /// Such as the machine's name: each has a section of its own.
  let name: String

  private var begin: String { "<!-- begin: \(name), written by `make bench` -->" }
  private var end: String { "<!-- end: \(name) -->" }

  /// Writes `text` between the marks; a document without them gets them at its end.
  func replace(with text: String) throws {
    var document = try String(contentsOf: url, encoding: .utf8)
    let section = "\(begin)\n\(text)\(end)"
    if let from = document.range(of: begin), let to = document.range(of: end), from.lowerBound < to.lowerBound {
      document.replaceSubrange(from.lowerBound..<to.upperBound, with: section)
    } else {
      document += "\n\(section)\n"
    }
    try document.write(to: url, atomically: true, encoding: .utf8)
  }
}
