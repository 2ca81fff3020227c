import Bert
import Compute
import Foundation
import TestSupport
import Testing

/// Damage at random places: whatever it does, reading ends with a model or an error, and never with a crash.
@Suite("Mutated quantised directories") struct MutatedDirectoryTests {
  /// One to three changes: a bit, a byte, a byte that JSON knows, a piece cut out or doubled.
  private static func mutated(_ bytes: [UInt8], upTo end: Int, _ random: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let place = Int.random(in: 0..<min(end, bytes.count), using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 2: bytes[place] = Array("{}[]\",:-0123456789.enulltrue".utf8).randomElement(using: &random) ?? 0
      case 3: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...9, using: &random)))
      default:
        bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 9)], at: place)
      }
      if bytes.isEmpty { return bytes }
    }
    return bytes
  }

  @Test(arguments: 0..<4) func configurations(_ seed: Int) throws {
    let model = try QuantizedModel()
    let original = try [UInt8](Data(contentsOf: model.quantized.appending(path: "config.json")))
    var random = SeededGenerator(state: UInt64(seed))
    var read = 0
    for _ in 0..<1000 {
      let bytes = Self.mutated(original, upTo: original.count, &random)
      guard let configuration = try? BertConfiguration(json: bytes, path: "config.json") else { continue }
      read += 1
      // What was read can be written, and is read again as the same.
      let again = try BertConfiguration(json: Array(configuration.json.utf8), path: "config.json")
      #expect(again.quantization == configuration.quantization, "seed \(seed)")
    }
    #expect(read > 0 && read < 1000)
  }

  @Test(arguments: 0..<2) func directories(_ seed: Int) throws {
    let model = try QuantizedModel()
    let backend = try CPUBackend(threadCount: 1)
    let input = try QuantizedModel.input(2, seed: 1)
    var originals: [String: [UInt8]] = [:]
    for name in ["config.json", "model.safetensors"] {
      originals[name] = try [UInt8](Data(contentsOf: model.quantized.appending(path: name)))
    }
    let weights = originals["model.safetensors"] ?? []
    let header = 8 + weights.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    var random = SeededGenerator(state: 77 + UInt64(seed))
    var read = 0
    for count in 0..<600 {
      // A directory of its own for each: a file that is mapped must not be written over.
      let directory = try ScratchDirectory()
      for (name, original) in originals {
        var bytes = original
        if (name == "config.json") == (count % 3 == 0) {
          let end = name == "config.json" ? original.count : count % 3 == 1 ? header : original.count
          bytes = Self.mutated(original, upTo: end, &random)
        }
        try directory.write(bytes, name)
      }
      do {
        let checkpoint = try Checkpoint(modelDirectory: directory.url)
        let packed = try PackedClassifier(checkpoint: checkpoint, backend: backend)
        read += 1
        _ = try packed.logits(input)
      } catch {
        #expect(error is BertError || error is TensorError, "seed \(seed), \(count): \(error)")
      }
    }
    #expect(read > 0 && read < 600)
  }
}
