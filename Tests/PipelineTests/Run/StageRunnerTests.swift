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

  @Test func onlyOneRunInAFolder() throws {
    let scratch = try ScratchDirectory()
    let folder = try RunFolder(scratch.url)
    try folder.lock()
    // Another open file is another owner of the lock, in the same process too.
    #expect(throws: PipelineError.self) { try folder.lock() }
  }
}
