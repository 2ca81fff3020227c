import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("A finished stage is never run twice") struct StageRunnerTests {
  private struct Found: Codable, Sendable, Equatable { var number: Int }

  private func run(_ folder: RunFolder, setting: Int, input: String, _ count: inout Int) async throws -> Found {
    let runner = StageRunner(folder: folder, progress: NoProgress())
    var runs = 0
    let record: StageRecord<Found> = try await runner.run("stage", settings: setting, inputs: ["in": input]) {
      runs += 1
      let file = folder.work("out").appending(path: "file")
      try folder.makeParent(of: file)
      try Data("\(setting) \(input)".utf8).write(to: file)
      return (Found(number: setting), [file])
    }
    count += runs
    return record.findings
  }

  @Test func inputsSettingsAndOutputsDecide() async throws {
    let scratch = try ScratchDirectory()
    let folder = try RunFolder(scratch.url.appending(path: "run"))
    var count = 0
    #expect(try await run(folder, setting: 1, input: "a", &count) == Found(number: 1))
    #expect(try await run(folder, setting: 1, input: "a", &count) == Found(number: 1))
    #expect(count == 1)
    _ = try await run(folder, setting: 2, input: "a", &count)
    #expect(count == 2)
    _ = try await run(folder, setting: 2, input: "b", &count)
    #expect(count == 3)
    let file = folder.work("out").appending(path: "file")
    try Data("changed".utf8).write(to: file)
    _ = try await run(folder, setting: 2, input: "b", &count)
    #expect(count == 4)
    try FileManager.default.removeItem(at: file)
    _ = try await run(folder, setting: 2, input: "b", &count)
    #expect(count == 5)
    try Data("{".utf8).write(to: folder.record("stage"))
    _ = try await run(folder, setting: 2, input: "b", &count)
    #expect(count == 6)
  }

  @Test("A stage that fails leaves no record") func failure() async throws {
    struct Failed: Error {}
    let scratch = try ScratchDirectory()
    let folder = try RunFolder(scratch.url.appending(path: "run"))
    let runner = StageRunner(folder: folder, progress: NoProgress())
    await #expect(throws: Failed.self) {
      let _: StageRecord<Found> = try await runner.run("stage", settings: 1, inputs: [:]) { throw Failed() }
    }
    #expect(!FileManager.default.fileExists(atPath: folder.record("stage").path(percentEncoded: false)))
  }

  @Test("What killed processes left behind goes, and nothing else") func leftovers() throws {
    let scratch = try ScratchDirectory()
    let folder = try RunFolder(scratch.url.appending(path: "deep/run"))
    let left = ["", "models/", "work/checkpoints/finetune-1/", "stages/", "other/"].map {
      $0 + ".espalier-1-2.tmp/file"
    }
    let kept = ["models/base/file", "work/checkpoints/finetune-1/step-3/file", ".espalier-mine"]
    for path in left + kept {
      let file = folder.url.appending(path: path)
      try folder.makeParent(of: file)
      try Data("a".utf8).write(to: file)
    }
    try folder.lock()
    let found = Set(try FileManager.default.subpathsOfDirectory(atPath: folder.url.path(percentEncoded: false)))
    // A folder that isn't ours is not looked into.
    #expect(found.filter { $0.hasSuffix(".tmp") } == ["other/.espalier-1-2.tmp"])
    #expect(found.isSuperset(of: kept))
  }

  @Test func onlyOneRunInAFolder() throws {
    let scratch = try ScratchDirectory()
    let folder = try RunFolder(scratch.url)
    try folder.lock()
    // Another open file is another owner of the lock, in the same process too.
    #expect(throws: PipelineError.self) { try folder.lock() }
  }
}
