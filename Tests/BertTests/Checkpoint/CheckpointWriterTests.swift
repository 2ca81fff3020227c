import Bert
import Compute
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("Writing model directories") struct CheckpointWriterTests {
  @Test("A shorter model with its tokenizer, and again over itself")
  func writes() throws {
    let scratch = try ScratchDirectory()
    let source = try ScratchDirectory()
    try source.write("[PAD]\n[UNK]\n", "vocab.txt")
    try source.write("{}", "tokenizer.json")
    try source.write("not copied", "notes.txt")
    let golden = try Checkpoint(modelDirectory: Goldens.tinyBert)
    var configuration = golden.configuration
    configuration.numHiddenLayers = 2
    let kept = try CheckpointTests.tensors(of: golden).filter { !$0.name.contains("layer.2.") }
    let writer = CheckpointWriter(
      configuration: configuration, tokenizerSource: source.url,
      additionalFiles: ["README.md": Array("# A model\n".utf8)])
    let directory = scratch.url.appending(path: "model")
    for _ in 0..<2 {
      try writer.write(kept, to: directory)
      #expect(try scratch.entries() == ["model"])
      #expect(
        try scratch.entries("model") == [
          "README.md", "config.json", "model.safetensors", "tokenizer.json", "vocab.txt",
        ])
      let read = try Checkpoint(modelDirectory: directory)
      try read.validate(requireClassifier: true)
      #expect(read.configuration.numHiddenLayers == 2)
      for name in read.names { #expect(try read.floats(name) == golden.floats(name)) }
    }
  }

  @Test("An open checkpoint survives its replacement")
  func replacesWhileOpen() throws {
    let scratch = try ScratchDirectory()
    let golden = try Checkpoint(modelDirectory: Goldens.tinyBert)
    let directory = scratch.url.appending(path: "model")
    let writer = CheckpointWriter(configuration: golden.configuration)
    try writer.write(try CheckpointTests.tensors(of: golden), to: directory)
    let open = try Checkpoint(modelDirectory: directory)
    let halved = try golden.names.map { name in
      TensorToWrite(name: name, shape: golden.shape(of: name) ?? [], floats: try open.floats(name).map { $0 / 2 })
    }
    try writer.write(halved, to: directory)
    let name = "classifier.weight"
    #expect(try open.floats(name) == golden.floats(name))
    #expect(try Checkpoint(modelDirectory: directory).floats(name) == golden.floats(name).map { $0 / 2 })
  }

  @Test("A model that is replaced is there at each moment")
  func replacesInOneStep() throws {
    let scratch = try ScratchDirectory()
    let directory = scratch.url.appending(path: "model")
    let writer = CheckpointWriter(configuration: BertConfiguration())
    try writer.write([], to: directory)
    let marker = directory.appending(path: "config.json").path(percentEncoded: false)
    let isDone = Atomic<Bool>(false)
    let absences = Atomic<Int>(0)
    let watching = Thread {
      while !isDone.load(ordering: .relaxed) {
        if access(marker, F_OK) != 0 { absences.add(1, ordering: .relaxed) }
      }
    }
    watching.start()
    defer { isDone.store(true, ordering: .relaxed) }
    for _ in 0..<100 { try writer.write([], to: directory) }
    #expect(absences.load(ordering: .relaxed) == 0)
    #expect(try scratch.entries() == ["model"])
  }

  @Test("An error leaves the old directory and nothing else")
  func failureKeepsOld() throws {
    let scratch = try ScratchDirectory()
    let golden = try Checkpoint(modelDirectory: Goldens.tinyBert)
    let directory = scratch.url.appending(path: "model")
    let writer = CheckpointWriter(configuration: golden.configuration)
    let tensors = try CheckpointTests.tensors(of: golden)
    try writer.write(tensors, to: directory)
    #expect(throws: CancellationError.self) {
      let failing = TensorToWrite(name: "last", shape: [1], dtype: .u8) { _ in throw CancellationError() }
      try writer.write(tensors + [failing], to: directory)
    }
    #expect(
      scratch.message { try writer.write(tensors + [tensors[0]], to: directory) }
        == "DIR/model/model.safetensors: tensor 'bert.embeddings.word_embeddings.weight' would be written twice")
    #expect(try scratch.entries() == ["model"])
    try Checkpoint(modelDirectory: directory).validate(requireClassifier: true)
  }

  @Test("A directory with other things in it is left alone")
  func refusesForeignDirectory() throws {
    let scratch = try ScratchDirectory()
    let writer = CheckpointWriter(configuration: BertConfiguration())
    let directory = scratch.url.appending(path: "home")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    try writer.write([], to: directory)
    try FileManager.default.createDirectory(at: directory.appending(path: "work"), withIntermediateDirectories: true)
    let refusal =
      "will not be replaced, for it holds 'work', which this program did not write; remove it or name another directory"
    #expect(scratch.message { try writer.write([], to: directory) } == "DIR/home: " + refusal)
    try FileManager.default.removeItem(at: directory.appending(path: "config.json"))
    try FileManager.default.removeItem(at: directory.appending(path: "model.safetensors"))
    #expect(scratch.message { try writer.write([], to: directory) } == "DIR/home: " + refusal)
    #expect(try scratch.entries() == ["home"])
    try scratch.write("", "file")
    #expect(
      scratch.message { try writer.write([], to: scratch.url.appending(path: "file")) }
        == "DIR/file: cannot write a directory of this name: it exists already")
    #expect(
      scratch.message { try writer.write([], to: scratch.url.appending(path: "no/model")) }
        == "DIR/no/model: cannot write: no such file or directory")
  }
}
