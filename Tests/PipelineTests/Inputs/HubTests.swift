import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("The Hub and its cache") struct HubTests {
  private let scratch: ScratchDirectory
  private let files: URL

  init() throws {
    scratch = try ScratchDirectory()
    files = scratch.url.appending(path: "served")
    try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
    for name in ["config.json", "model.safetensors"] {
      try FileManager.default.copyItem(
        at: Goldens.tinyBert.appending(path: name), to: files.appending(path: name))
    }
    try Data("[PAD]\n[UNK]\n[CLS]\n[SEP]\n".utf8).write(to: files.appending(path: "vocab.txt"))
  }

  private func fetcher(_ endpoint: String, _ more: [String: String] = [:]) throws -> Fetcher {
    let environment = ["HF_HOME": scratch.path + "/hf", "HF_ENDPOINT": endpoint, "HOME": scratch.path]
    return Fetcher(
      catalogue: try Catalogue(yaml: "models: {}\ndatasets: {}", path: "test"),
      environment: environment.merging(more) { $1 })
  }

  @Test("Fetched once, in the layout that all clients share, and never asked for again") func cache() async throws {
    let hub = try LocalHub(files, scratch: scratch)
    let input = try await fetcher(hub.endpoint).model("owner/model")
    #expect(Set(input.files.keys) == ["config.json", "model.safetensors", "vocab.txt"])
    let repository = scratch.path + "/hf/hub/models--owner--model"
    let commit = try String(contentsOfFile: repository + "/refs/main", encoding: .utf8)
    let snapshot = "\(repository)/snapshots/\(commit)"
    let link = try FileManager.default.destinationOfSymbolicLink(atPath: snapshot + "/config.json")
    #expect(link.hasPrefix("../../blobs/"))
    #expect(
      try Data(contentsOf: URL(filePath: snapshot + "/model.safetensors"))
        == Data(contentsOf: files.appending(path: "model.safetensors")))
    let asked = try hub.requests().count
    #expect(asked > 0)
    #expect(try await fetcher(hub.endpoint).model("owner/model") == input)
    #expect(try await fetcher(hub.endpoint, ["HF_HUB_OFFLINE": "1"]).model("owner/model") == input)
    #expect(try hub.requests().count == asked)
  }

  @Test func offlineWithoutCache() async throws {
    let hub = try LocalHub(files, scratch: scratch)
    await #expect(throws: InputError.offline(what: "owner/model")) {
      try await fetcher(hub.endpoint, ["HF_HUB_OFFLINE": "1"]).model("owner/model")
    }
    #expect(try hub.requests().isEmpty)
  }

  @Test("A download that broke off is told, and goes on where it was") func interrupted() async throws {
    let hub = try LocalHub(files, scratch: scratch, mode: "drop")
    let whole = try Data(contentsOf: files.appending(path: "model.safetensors"))
    let error = await #expect(throws: InputError.self) { try await fetcher(hub.endpoint).model("owner/model") }
    #expect(error.map { "\($0)" }?.contains("model.safetensors") == true)
    let directory = try await fetcher(hub.endpoint).model("owner/model").directory
    #expect(try Data(contentsOf: directory.appending(path: "model.safetensors")) == whole)
    let parts = try hub.requests().filter { $0.contains("bytes=") }
    #expect(!parts.isEmpty && parts.allSatisfy { $0.contains("bytes=\(whole.count / 2)-") }, "\(parts)")
  }

  @Test func wrongBytes() async throws {
    let hub = try LocalHub(files, scratch: scratch, mode: "wrong")
    let error = await #expect(throws: InputError.self) { try await fetcher(hub.endpoint).model("owner/model") }
    #expect("\(String(describing: error))".contains("sum"))
    let blobs = try scratch.entries("hf/hub/models--owner--model/blobs")
    // What is wrong isn't kept, neither as a blob nor as the beginning of one.
    #expect(!blobs.contains { $0.count >= 64 })
  }

  @Test func token() async throws {
    let hub = try LocalHub(files, scratch: scratch, mode: "token")
    let error = await #expect(throws: InputError.self) { try await fetcher(hub.endpoint).model("owner/model") }
    #expect(error.map { "\($0)" }?.contains("401") == true)
    _ = try await fetcher(hub.endpoint, ["HF_TOKEN": "secret"]).model("owner/model")
  }

  @Test func unreachableAndUnknown() async throws {
    await #expect(throws: InputError.self) { try await fetcher("http://127.0.0.1:9").model("owner/model") }
    await #expect(throws: InputError.unknownModel(name: "nothing", known: [])) {
      try await fetcher("http://127.0.0.1:9").model("nothing")
    }
    for name in ["owner/model@../../x", "owner/model@", "owner/model@a//b", "../model", "owner/.hidden"] {
      await #expect(throws: InputError.unknownModel(name: name, known: [])) {
        try await fetcher("http://127.0.0.1:9").model(name)
      }
    }
    let hub = try LocalHub(files, scratch: scratch)
    let error = await #expect(throws: InputError.self) { try await fetcher(hub.endpoint).model("owner/other") }
    #expect(error.map { "\($0)" }?.contains("404") == true)
  }
}
