import Bert
import Compute
import Foundation
import TestSupport

/// The tiny model of a family's goldens, in a directory of its own.
struct FamilyModel {
  static let all = EncoderFamily.allCases.filter { $0 != .bert }

  let scratch: ScratchDirectory
  let directory: URL
  let checkpoint: Checkpoint

  init(_ family: EncoderFamily) throws {
    scratch = try ScratchDirectory()
    directory = scratch.url.appending(path: "model", directoryHint: .isDirectory)
    try FamilyGoldens.copyModel(family.rawValue, to: directory)
    checkpoint = try Checkpoint(modelDirectory: directory)
  }

  func classifier(on backend: any Backend) throws -> BertClassifier {
    try BertClassifier(checkpoint: checkpoint, seed: 1, backend: backend)
  }
}

extension EncoderInput {
  init(_ golden: GoldenBatch) throws {
    let offsets = golden.sentences.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.ids.count) }
    try self.init(
      tokens: TokenIndices(
        words: golden.sentences.flatMap(\.ids), positions: golden.sentences.flatMap { (0..<Int32($0.ids.count)) },
        types: golden.sentences.flatMap(\.types)),
      layout: SequenceLayout(offsets: offsets))
  }
}
