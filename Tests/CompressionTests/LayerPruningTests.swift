import Bert
import Compression
import Compute
import Foundation
import TestSupport
import Testing
import Text
import Training

@Suite("Layers") struct LayerPruningTests {
  private func model(_ backend: CPUBackend) throws -> BertClassifier {
    try BertClassifier(checkpoint: try Checkpoint(modelDirectory: Goldens.tinyBert), seed: 1, backend: backend)
  }

  private func data() -> TokenizedText {
    let sentences = Toy.sentences(60, seed: 4)
    return TokenizedText(
      encodings: sentences.map { Encoding(ids: $0.ids, typeIDs: [Int32](repeating: 0, count: $0.ids.count)) },
      labels: sentences.map(\.label))
  }

  @Test("Ablation equals the model without the layer, computed from the start") func ablation() throws {
    let backend = try CPUBackend()
    let whole = try model(backend)
    let data = data()
    let full = try Evaluator.predictions(try PackedClassifier(whole, backend: backend), data)
    let ablation = try LayerAblation.measure(try PackedClassifier(whole, backend: backend), on: data)
    #expect(ablation.layers.map(\.layer) == [0, 1, 2])
    #expect(ablation.accuracy == full.accuracy)
    for layer in ablation.layers {
      let without = try Evaluator.predictions(
        try PackedClassifier(try whole.removing(layers: [layer.layer]), backend: backend), data)
      #expect(abs(layer.accuracyDrop - (full.accuracy - without.accuracy)) < 1e-12)
      #expect(abs(layer.lossIncrease - (try without.loss() - full.loss())) < 1e-9)
      #expect(layer.klDivergence > 0)
    }
  }

  @Test func tiesAreBrokenByLossThenByIndex() throws {
    let json = """
      {"accuracy": 0.9, "loss": 0.3, "sentences": 10, "layers": [
        {"layer": 0, "accuracyDrop": 0.1, "lossIncrease": 0.5, "klDivergence": 0},
        {"layer": 1, "accuracyDrop": 0.1, "lossIncrease": 0.2, "klDivergence": 0},
        {"layer": 2, "accuracyDrop": 0.0, "lossIncrease": 0.9, "klDivergence": 0},
        {"layer": 3, "accuracyDrop": 0.1, "lossIncrease": 0.2, "klDivergence": 0}]}
      """
    let ablation = try JSONDecoder().decode(LayerAblation.self, from: Data(json.utf8))
    #expect(ablation.leastSensitiveFirst == [2, 1, 3, 0])
  }

  @Test("A pruned model is an ordinary directory") func directory() throws {
    let backend = try CPUBackend()
    let scratch = try ScratchDirectory()
    let target = scratch.url.appending(path: "pruned")
    let whole = try model(backend)
    try whole.removing(layers: [1]).write(to: target, tokenizerSource: nil, backend: backend)
    let checkpoint = try Checkpoint(modelDirectory: target)
    #expect(checkpoint.configuration.numHiddenLayers == 2)
    let second = "bert.encoder.layer.1.output.dense.weight", third = "bert.encoder.layer.2.output.dense.weight"
    #expect(try checkpoint.floats(second) == backend.read(whole.parameters[third]))
    #expect(!checkpoint.names.contains(third))
  }

  @Test func choices() throws {
    let configuration = try Checkpoint(modelDirectory: Goldens.tinyBert).configuration
    let ranking = [2, 0, 1]
    func layers(_ choice: LayerChoice) throws -> [Int] { try choice.layers(of: configuration, ranking: ranking) }
    #expect(try layers(.leastSensitive(2)) == [0, 2])
    #expect(try layers(.top(2)) == [1, 2])
    #expect(try layers(.explicit([1])) == [1])
    #expect(try layers(.random(1, seed: 3)) == layers(.random(1, seed: 3)))
    #expect(try Set((0..<20).map { try layers(.random(1, seed: $0)) }).count == 3)
    let whole = try model(try CPUBackend()).parameters
    let bytes = whole.names.reduce(0) { $0 + 4 * whole[$1].shape.count }
    #expect(try layers(.targetBytes(bytes - 1)) == [2])
    #expect(throws: CompressionError.self) { try layers(.targetBytes(10)) }
    #expect(throws: CompressionError.tooManyLayers(removed: 3, layerCount: 3)) { try layers(.top(3)) }
    #expect(throws: CompressionError.layerOutOfRange(layer: 3, layerCount: 3)) { try layers(.explicit([3])) }
  }
}
