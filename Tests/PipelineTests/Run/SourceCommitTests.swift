import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("The commit of a program that lies in a checkout") struct SourceCommitTests {
  private func git(_ arguments: String..., in folder: URL) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      ["git", "-C", folder.path(percentEncoded: false), "-c", "user.name=a", "-c", "user.email=a@b.c"] + arguments
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "git \(arguments)")
  }

  @Test func checkoutsFilesAndEnvironment() async throws {
    let scratch = try ScratchDirectory()
    let checkout = scratch.url.appending(path: "checkout")
    let program = checkout.appending(path: ".build/release/espalier").path(percentEncoded: false)
    try FileManager.default.createDirectory(
      at: checkout.appending(path: ".build/release"), withIntermediateDirectories: true)
    #expect(await SourceCommit.find(executable: program, environment: [:]) == nil)

    let manifest = checkout.appending(path: "Package.swift")
    try Data("one".utf8).write(to: manifest)
    try git("init", "-q", in: checkout)
    try git("add", "Package.swift", in: checkout)
    try git("commit", "-q", "-m", "one", in: checkout)
    let commit = try #require(await SourceCommit.find(executable: program, environment: [:]))
    #expect(commit.count == 40 && commit.allSatisfy(\.isHexDigit))
    try Data("two".utf8).write(to: manifest)
    #expect(await SourceCommit.find(executable: program, environment: [:]) == commit + "-modified")
    #expect(await SourceCommit.find(executable: program, environment: ["ESPALIER_COMMIT": "given"]) == "given")
    let outside = scratch.url.appending(path: "espalier").path(percentEncoded: false)
    #expect(await SourceCommit.find(executable: outside, environment: [:]) == nil)
  }
}
