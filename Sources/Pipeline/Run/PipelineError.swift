/// What can go wrong between the stages. Errors within a stage are those of its module.
package enum PipelineError: Error, Equatable, Sendable {
  case runFolder(path: String, reason: String)
  case emptySplit(name: String, rows: Int)
  case measuring(variant: String, reason: String)
  case notDeterministic(variant: String, row: Int)
  /// What was made with one seed lacks a variant that the others have.
  case missingSeed(seed: UInt64, variant: String)
  /// A report was asked of a directory without results.
  case noResults(path: String)
}

extension PipelineError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .runFolder(let path, let reason): "\(path): \(reason)"
    case .emptySplit(let name, let rows):
      "the split '\(name)' of \(rows) rows is empty: expected at least one sentence; give it a larger share or more data"
    case .measuring(let variant, let reason): "measuring \(variant): \(reason)"
    case .notDeterministic(let variant, let row):
      "\(variant): two processes gave different logits for row \(row) of the dev split"
    case .missingSeed(let seed, let variant):
      "seed \(seed): expected predictions of \(variant), found none; delete seeds/\(seed) and run again"
    case .noResults(let path): "\(path): expected a run folder with report/results.json, or such a file"
    }
  }
}
