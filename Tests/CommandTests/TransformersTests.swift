import Bert
import Foundation
import TestSupport
import Testing

/// What the program writes, as `AutoModelForSequenceClassification.from_pretrained` reads it.
@Suite("Directories that transformers loads", .enabled(if: Peers.areAsked)) struct TransformersTests {
  private static let families = EncoderFamily.allCases

  /// Linear layers of an encoder layer, times three; the head's first; the tables; ELECTRA's projection.
  private static func modules(_ family: EncoderFamily) -> Int {
    3 * 6 + 1 + (family == .distilbert ? 2 : 3) + (family == .electra ? 1 : 0)
  }

  @Test("Floats, whole, pruned and as halves: the same logits", arguments: families)
  func floats(_ family: EncoderFamily) throws {
    let trained = try TransformersModel(family)
    let pruned = trained.scratch.path + "/pruned", half = trained.scratch.path + "/half"
    try trained.run("prune", trained.model, "--remove", "1", "--output", pruned)
    try trained.run("convert", trained.model, "--output", half)
    for (directory, dtype) in [(trained.model, nil), (pruned, nil), (half, "float32")] {
      let found = try trained.compare(directory, dtype: dtype)
      #expect(found.largestDifference < 1e-4 && found.differentLabels == 0, "\(directory): \(found)")
      #expect(found.modelClass == family.classifierArchitecture)
      // More than one class is said, or equal ones would say nothing; without a layer the model may have lost that.
      #expect(found.classes > 1 || directory == pruned, "\(directory)")
    }
    // PyTorch computes with halves where it isn't told otherwise.
    let found = try trained.compare(half)
    #expect(found.largestDifference < 0.05 && found.differentLabels == 0, "\(found)")
  }

  private static let schemes = [
    ["int8-ptq-dynamic"], ["int8-ptq", "--calibration", "DATA"], ["int4"],
    ["int4", "--asymmetric", "--group-size", "32", "--calibration", "DATA"],
    ["mixed", "--group-size", "32", "--data", "DATA", "--max-drop", "1"],
  ]

  @Test("Bytes and four bits: the same predictions", arguments: families)
  func quantized(_ family: EncoderFamily) throws {
    let trained = try TransformersModel(family)
    for scheme in Self.schemes {
      let target = trained.scratch.path + "/made-" + scheme.joined()
      try trained.run("quantize", trained.model, "--output", target, "--scheme", data: scheme)
      let found = try trained.compare(target)
      // Tokens are rounded to steps of max / 127.5 there, of max / 127 here.
      #expect(found.largestDifference < 0.3 && found.differentLabels == 0, "\(scheme): \(found)")
      #expect(found.classes > 1)
      #expect(found.quantizedModules == Self.modules(family), "\(scheme)")
    }
  }

  @Test("A pickle becomes a directory by the line that refuses it") func pickle() throws {
    struct Request: Encodable { var model: String }
    struct Answer: Decodable { var tensors: Int }
    let scratch = try ScratchDirectory()
    let directory = scratch.url.appending(path: "it's a model", directoryHint: .isDirectory)
    try FamilyGoldens.copyModel("roberta", to: directory)
    let before = try Checkpoint(modelDirectory: directory)
    let floats = try before.names.map { try before.floats($0) }
    let answer: Answer = try Peers.ask("make_pickle.py", Request(model: directory.path(percentEncoded: false)))
    #expect(answer.tensors == before.names.count)
    do {
      _ = try Checkpoint(modelDirectory: directory)
      Issue.record("read")
    } catch {
      let line = try #require("\(error)".split(separator: "with Python: ").last)
      let shell = Process()
      shell.executableURL = URL(filePath: "/bin/sh")
      shell.arguments = ["-c", String(line)]
      shell.environment = ["PATH": try Peers.python().deletingLastPathComponent().path(percentEncoded: false)]
      try shell.run()
      shell.waitUntilExit()
      #expect(shell.terminationStatus == 0)
    }
    let after = try Checkpoint(modelDirectory: directory)
    #expect(try after.names.map { try after.floats($0) } == floats)
  }
}
