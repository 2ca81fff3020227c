import Bert
import Compute
import Foundation
import TestSupport
import Testing

/// Damage at random places: whatever it does, reading ends with a model or an error, and never with a crash.
@Suite("Mutated quantised directories") struct MutatedDirectoryTests {
  @Test(arguments: 0..<4) func configurations(_ seed: Int) throws {
    let model = try QuantizedModel()
    let original = try [UInt8](Data(contentsOf: model.quantized.appending(path: "config.json")))
    var random = SeededGenerator(state: UInt64(seed))
    var read = 0
    for _ in 0..<1000 {
      let bytes = DamagedDirectories.damaged(original, upTo: original.count, &random)
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
    let count = DamagedDirectories.count
    var read = 0
    try DamagedDirectories(of: model.quantized).forEach(count, seed: 77 + UInt64(seed)) { directory in
      do {
        let packed = try PackedClassifier(checkpoint: try Checkpoint(modelDirectory: directory), backend: backend)
        read += 1
        _ = try packed.logits(input)
      } catch {
        #expect(error is BertError || error is TensorError, "seed \(seed): \(error)")
      }
    }
    #expect(read > 0 && read < count)
  }
}
