import Bert
import Compute
import Foundation
import TestSupport
import Testing

@Suite("Weights packed from where they are mapped") struct PackedLoadingTests {
  /// Width 64: whole panels for every instruction set, so that joined projections are packed without a copy.
  private func model(_ backend: CPUBackend, vocabularySize: Int? = nil) throws -> BertClassifier {
    var configuration = try Checkpoint(modelDirectory: Goldens.tinyBert).configuration
    if let vocabularySize { configuration.vocabSize = vocabularySize }
    configuration.hiddenSize = 64
    configuration.numAttentionHeads = 4
    configuration.intermediateSize = 96
    configuration.initializerRange = 0.2
    return try BertClassifier(randomWeights: configuration, seed: 3, backend: backend)
  }

  private func input(lengths: [Int]) throws -> EncoderInput {
    var random = SeededGenerator(state: 9)
    let count = lengths.reduce(0, +)
    return try EncoderInput(
      tokens: TokenIndices(
        words: (0..<count).map { _ in Int32.random(in: 0..<97, using: &random) },
        positions: lengths.flatMap { (0..<Int32($0)) }, types: [Int32](repeating: 0, count: count)),
      layout: SequenceLayout(offsets: lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }))
  }

  @Test(arguments: ModelGoldenTests.backends)
  func equalsTheModelInMemory(_ backend: CPUBackend) throws {
    let scratch = try ScratchDirectory()
    let model = try model(backend)
    let input = try input(lengths: [1, 7, 16, 3])
    for precision in [StoredPrecision.f32, .f16] {
      let directory = scratch.url.appending(path: precision.rawValue)
      try model.write(to: directory, precision: precision, tokenizerSource: nil, backend: backend)
      let checkpoint = try Checkpoint(modelDirectory: directory)
      // The same values, by way of Swift's arrays.
      let read = try BertClassifier(checkpoint: checkpoint, seed: 1, backend: backend)
      #expect(
        try PackedClassifier(checkpoint: checkpoint, backend: backend).logits(input)
          == PackedClassifier(read, backend: backend).logits(input), "\(precision) on \(backend.name)")
    }
  }

  @Test("A batch of thousands of tokens gives what its sentences give alone", arguments: ModelGoldenTests.backends)
  func largeBatch(_ backend: CPUBackend) throws {
    let packed = try PackedClassifier(try model(backend), backend: backend)
    // Parts of the batch end in the middle, at a sentence that fills one alone, and at the very end.
    let lengths = [16, 16, 9] + [Int](repeating: 16, count: 150) + [1, 2]
    let whole = try input(lengths: lengths)
    let together = try packed.logits(whole)
    #expect(together.count == 3 * lengths.count)
    for row in [0, 2, 63, 64, 65, 66, 67, 130, 154] {
      let range = whole.layout.offsets[row]..<whole.layout.offsets[row + 1]
      let alone = try packed.logits(
        EncoderInput(
          tokens: TokenIndices(
            words: Array(whole.tokens.words[range]), positions: Array(whole.tokens.positions[range]),
            types: Array(whole.tokens.types[range])),
          layout: SequenceLayout(offsets: [0, range.count])))
      #expect(alone == Array(together[3 * row..<3 * row + 3]), "sentence \(row)")
    }
  }

  #if os(Linux)
    @Test("What was only looked through isn't resident afterwards", arguments: [StoredPrecision.f32, .f16])
    func residentPages(_ precision: StoredPrecision) throws {
      let scratch = try ScratchDirectory()
      let backend = try CPUBackend(threadCount: 2)
      try model(backend, vocabularySize: 32768).write(
        to: scratch.url, precision: precision, tokenizerSource: nil, backend: backend)
      let packed = try PackedClassifier(checkpoint: Checkpoint(modelDirectory: scratch.url), backend: backend)
      // The table of words has 4 or 8 MB; a touched page brings up to 15 neighbours with it.
      let resident = try residentKilobytes(ofMapped: scratch.url.appending(path: "model.safetensors"))
      #expect(resident <= 512, "\(resident) kB of the file are resident")
      #expect(try packed.logits(input(lengths: [5])).allSatisfy(\.isFinite))
    }

    /// The sum of what is resident of a file's mappings, from the kernel's table of this process.
    private func residentKilobytes(ofMapped file: URL) throws -> Int {
      // Read to its end, since its size, 0, doesn't say where that is.
      let bytes = try FileHandle(forReadingFrom: URL(filePath: "/proc/self/smaps")).readToEnd()
      let table = String(decoding: bytes ?? Data(), as: UTF8.self)
      var isOfFile = false
      var mappings = 0
      var sum = 0
      for line in table.split(separator: "\n") {
        let words = line.split(separator: " ")
        if let first = words.first, !first.hasSuffix(":") {
          isOfFile = line.hasSuffix(file.resolvingSymlinksInPath().path)
          mappings += isOfFile ? 1 : 0
        } else if isOfFile, words.first == "Rss:" {
          sum += try #require(words.dropFirst().first.flatMap { Int($0) })
        }
      }
      #expect(mappings > 0, "the file isn't mapped")
      return sum
    }
  #endif

  @Test("The first number that isn't finite is named", arguments: [StoredPrecision.f32, .f16])
  func notFinite(_ precision: StoredPrecision) throws {
    let backend = try CPUBackend(threadCount: 2)
    for tensor in ["bert.embeddings.word_embeddings.weight", "bert.encoder.layer.1.attention.self.value.weight"] {
      let scratch = try ScratchDirectory()
      let directory = scratch.url.appending(path: "model")
      try model(backend).write(to: directory, precision: precision, tokenizerSource: nil, backend: backend)
      let file = directory.appending(path: "model.safetensors")
      let entry = try #require(try SafetensorsFile(url: file)[tensor])
      let size = precision == .f32 ? 4 : 2
      var bytes = try Data(contentsOf: file)
      // The sign and exponent are in a number's last two bytes: infinity, without its sign.
      bytes[entry.range.lowerBound + 70 * size + size - 2] = precision == .f32 ? 0x80 : 0
      bytes[entry.range.lowerBound + 70 * size + size - 1] = precision == .f32 ? 0x7F : 0x7C
      try bytes.write(to: file)
      #expect {
        _ = try PackedClassifier(checkpoint: try Checkpoint(modelDirectory: directory), backend: backend)
      } throws: { error in
        guard case BertError.notFinite(_, tensor, 70, _)? = error as? BertError else { return false }
        return true
      }
    }
  }
}
