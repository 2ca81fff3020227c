import Foundation
import TestSupport
import Testing

/// A whole recipe on a tiny model, killed over and over again at moments that no code of ours chooses.
@Suite("A run that is killed goes on where it stopped") struct KillTests {
  private let scratch: ScratchDirectory

  init() throws {
    scratch = try ScratchDirectory()
    try TinyModel.write(to: scratch.url.appending(path: "model"))
    for (name, count) in [("train", 60), ("dev", 20)] {
      let rows = (0..<count).map { "a word\(9 + $0) \($0 % 2 == 0 ? "fine" : "dull") film\t\($0 % 2)" }
      try scratch.write((["sentence\tlabel"] + rows).joined(separator: "\n") + "\n", "\(name).tsv")
    }
    // A checkpoint after each step, so that kills come in the midst of each training.
    try scratch.write(
      """
      name: tiny
      checkpoint_seconds: 0
      model: {name: \(scratch.path)/model}
      data: {name: sst2, maximum_length: 16, selection_fraction: 0.2}
      finetune: {num_train_epochs: 2, train_batch_size: 8, learning_rate: 1.0e-3}
      prune: {layers: 1}
      refinetune: {num_train_epochs: 1, train_batch_size: 8, distillation: {temperature: 2, alpha: 0.5}}
      controls: [longer, top, random]
      quantize: [int8-qat]
      qat: {num_train_epochs: 2, train_batch_size: 8}
      evaluate: {rounds: 1, latency_sentences: 2, warmup: 1, batch_sizes: [1], batch_tokens: 8}
      """, "tiny.yaml")
  }

  private func start(_ folder: String) throws -> Program.Running {
    try Program.Running(
      try Program.url(),
      ["run", "\(scratch.path)/tiny.yaml", "--data", scratch.path, "--output", "\(scratch.path)/\(folder)", "--quiet"])
  }

  private func names(_ folder: String) -> Set<String> {
    Set((try? FileManager.default.contentsOfDirectory(atPath: "\(scratch.path)/\(folder)")) ?? [])
  }

  /// The records of finished stages and the checkpoints of trainings, as far as they are there.
  private func marks(_ folder: String) -> Set<String> {
    var marks = Set(names("\(folder)/stages").filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") })
    for training in names("\(folder)/work/checkpoints") {
      for step in names("\(folder)/work/checkpoints/\(training)") where step.hasPrefix("step-") {
        marks.insert("\(training)/\(step)")
      }
    }
    return marks
  }

  private func records(_ folder: String) throws -> [String: Data] {
    var records: [String: Data] = [:]
    for name in names("\(folder)/stages") where name.hasSuffix(".json") && !name.hasPrefix(".") {
      records[name] = try Data(contentsOf: scratch.url.appending(path: "\(folder)/stages/\(name)"))
    }
    return records
  }

  /// Every file below a folder, by its path in it.
  private func contents(_ folder: String) throws -> [String: Data] {
    let root = scratch.url.appending(path: folder, directoryHint: .isDirectory)
    var contents: [String: Data] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: root.path(percentEncoded: false)) {
      var isDirectory = false
      let url = root.appending(path: path)
      if FileManager.default.fileExists(atPath: url.path(percentEncoded: false), isDirectory: &isDirectory),
        !isDirectory
      {
        contents[path] = try Data(contentsOf: url)
      }
    }
    return contents
  }

  @Test(arguments: [1, 2]) func sameBits(_ seed: UInt64) throws {
    let whole = try start("whole").result()
    #expect(whole.status == 0, "\(whole.errors)")

    var random = SeededGenerator(state: seed)
    var kills = 0
    var killsInTraining = 0
    var before: [String: Data] = [:]
    var last: Program.Result?
    while last == nil {
      try #require(kills < 500, "no end is in sight")
      let run = try start("killed")
      let known = marks("killed")
      var seen = known
      // So many new records or checkpoints, then a little longer, so that it falls between them as well.
      let wanted = Int.random(in: 0...5, using: &random)
      var patience = Int.random(in: 0...20, using: &random)
      while run.isRunning {
        seen.formUnion(marks("killed"))
        if seen.count - known.count >= wanted {
          patience -= 1
          if patience < 0 { break }
        }
        usleep(200)
      }
      if run.isRunning {
        run.kill()
        kills += 1
        if marks("killed").contains(where: { $0.contains("/step-") }) { killsInTraining += 1 }
      } else {
        last = try run.result()
      }
      // What was finished once isn't done again: a record tells when, to the second, and how long it took.
      let after = try records("killed")
      for (name, record) in before { #expect(after[name] == record, "\(name) after \(kills) kills, seed \(seed)") }
      before = after
    }
    #expect(last?.status == 0, "\(last?.errors ?? "")")
    #expect(kills >= 5, "seed \(seed)")
    #expect(killsInTraining >= 2, "seed \(seed)")

    for folder in ["models", "predictions", "split", "work"] {
      let expected = try contents("whole/\(folder)"), found = try contents("killed/\(folder)")
      #expect(Set(found.keys) == Set(expected.keys), "\(folder), seed \(seed)")
      // Model cards tell what was measured, and when.
      for (path, data) in expected where !path.hasSuffix("README.md") {
        #expect(found[path] == data, "\(folder)/\(path), seed \(seed)")
      }
    }
    #expect(try contents("whole/models").keys.count { $0.hasSuffix("model.safetensors") } == 9)
    #expect(names("killed/report") == names("whole/report"))
    #expect(
      try FileManager.default.subpathsOfDirectory(atPath: "\(scratch.path)/killed").allSatisfy { !$0.hasSuffix(".tmp") }
    )
  }

  @Test("Another run in the same folder is refused, and disturbs nothing") func twoAtOnce() throws {
    let first = try start("run")
    while first.isRunning, names("run/stages").isEmpty { usleep(200) }
    let second = try start("run").result()
    let result = try first.result()
    #expect(result.status == 0, "\(result.errors)")
    // The first may have ended before the second began.
    #expect(second.status == 0 || second.errors.contains("another run is at work in it"), "\(second.errors)")
  }

  @Test("A single training that is killed goes on from its checkpoint") func finetune() throws {
    func arguments(_ output: String) -> [String] {
      [
        "finetune", "\(scratch.path)/model", "--data", "\(scratch.path)/train.tsv", "--output",
        "\(scratch.path)/\(output)", "--num-train-epochs", "6", "--train-batch-size", "8", "--learning-rate", "1e-3",
        "--checkpoint-seconds", "0",
      ]
    }
    func checkpoints() -> [String] {
      names("").filter { $0.hasPrefix("killed-checkpoints-") }
        .flatMap { folder in names(folder).filter { $0.hasPrefix("step-") } }
    }
    let whole = try Program.run(arguments("whole"))
    #expect(whole.status == 0 && !whole.errors.contains("goes on"), "\(whole.errors)")
    let run = try Program.Running(try Program.url(), arguments("killed"))
    while run.isRunning, checkpoints().isEmpty { usleep(200) }
    run.kill()
    try #require(!checkpoints().isEmpty, "killed too late")
    #expect(!names("").contains("killed"))

    // Another training to the same place takes nothing from it, and leaves it alone.
    let other = try Program.run(arguments("killed") + ["--seed", "7"])
    #expect(other.status == 0 && !other.errors.contains("goes on"), "\(other.errors)")
    #expect(!checkpoints().isEmpty)

    let resumed = try Program.run(arguments("killed"))
    #expect(resumed.status == 0 && resumed.errors.contains("finetune: goes on from step "), "\(resumed.errors)")
    #expect(resumed.output.split(separator: "\n").dropLast() == whole.output.split(separator: "\n").dropLast())
    #expect(try contents("killed") == contents("whole"))
    #expect(names("").allSatisfy { !$0.contains("-checkpoints-") })
  }
}
