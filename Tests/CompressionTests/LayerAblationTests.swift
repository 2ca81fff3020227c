import Bert
import Compression
import Compute
import Foundation
import TestSupport
import Testing
import Text
import Training

@Suite("Layer ablation") struct LayerAblationTests {
  @Test("It equals the model without the layer, computed from the start", arguments: [3, 12])
  func naive(_ layerCount: Int) throws {
    let backend = try CPUBackend()
    let whole = try BertClassifier.toy(layers: layerCount, backend)
    let data = TokenizedText.toy(60, seed: 4)
    let full = try Evaluator.predictions(try PackedClassifier(whole, backend: backend), data)
    var progress: [Int] = []
    let ablation = try LayerAblation.measure(try PackedClassifier(whole, backend: backend), on: data) {
      progress.append($0)
    }
    #expect(progress.last == data.count && progress == progress.sorted())
    #expect(ablation.layers.map(\.layer) == Array(0..<layerCount))
    #expect(ablation.accuracy == full.accuracy)
    #expect(ablation.loss == (try full.loss()))
    #expect(ablation.sentences == 60)
    let packed = try PackedClassifier(whole, backend: backend)
    for layer in ablation.layers {
      // The identity in its place, a sentence at a time: the same bits.
      let identity = Predictions(
        logits: try (0..<data.count).flatMap { row in
          let input = try EncoderInput(data.batch([row]))
          var hidden = try packed.embeddings(input)
          for index in 0..<layer.layer { hidden = try packed.layer(index, hidden, layout: input.layout) }
          return try packed.logits(of: hidden, from: layer.layer + 1, layout: input.layout)
        }, targets: data.targets, classCount: 3)
      #expect(layer.accuracyDrop == full.accuracy - identity.accuracy)
      #expect(layer.lossIncrease == (try identity.loss() - full.loss()))
      #expect(abs(layer.klDivergence - divergence(full, identity)) < 1e-9)
      let pruned = try whole.removing(layers: [layer.layer])
      let without = try Evaluator.predictions(try PackedClassifier(pruned, backend: backend), data)
      // The same operations on the same numbers: the same bits. But without the last layer, the one before it is the last of the
      // pruned model, where it makes no keys and values of its own, which leaves rounding.
      let isLast = layer.layer == layerCount - 1
      #expect(layer.accuracyDrop == full.accuracy - without.accuracy)
      #expect(abs(layer.lossIncrease - (try without.loss() - full.loss())) <= (isLast ? 1e-6 : 0))
      #expect(abs(layer.klDivergence - divergence(full, without)) < (isLast ? 1e-7 : 1e-9))
      #expect(layer.klDivergence > 0)
    }
  }

  /// 1/N Σ p ln (p / q), with the probabilities themselves.
  private func divergence(_ whole: Predictions, _ other: Predictions) -> Double {
    func softmax(_ logits: [Float]) -> [Double] {
      stride(from: 0, to: logits.count, by: 3).flatMap { start in
        let powers = logits[start..<start + 3].map { exp(Double($0)) }
        return powers.map { $0 / powers.reduce(0, +) }
      }
    }
    let terms = zip(softmax(whole.logits), softmax(other.logits)).map { p, q in p * log(p / q) }
    return terms.reduce(0, +) / Double(whole.count)
  }

  @Test("A layer that changes nothing scores nothing") func identity() throws {
    let backend = try CPUBackend()
    var model = try BertClassifier.toy(layers: 3, backend)
    // Layer 1 adds nothing to its input, which layer 0 has normalised with gain 1 and offset 0 already.
    for name in model.parameters.names {
      let tensor = model.parameters[name]
      var values = try backend.read(tensor)
      if name.hasPrefix("bert.encoder.layer.1."), name.contains("output.dense") { values = values.map { _ in 0 } }
      if name.contains("LayerNorm") { values = values.map { _ in name.hasSuffix("weight") ? 1 : 0 } }
      model.parameters[name] = try backend.upload(values, shape: tensor.shape)
    }
    let ablation = try LayerAblation.measure(
      try PackedClassifier(model, backend: backend), on: .toy(40, seed: 4))
    #expect(ablation.layers[1].accuracyDrop == 0)
    #expect(abs(ablation.layers[1].lossIncrease) < 1e-5)
    #expect(ablation.layers[1].klDivergence < 1e-9)
    #expect(ablation.layers[0].klDivergence > 1e-3)
    #expect(ablation.layers[2].klDivergence > 1e-3)
  }

  @Test("The number of threads does not matter") func threads() throws {
    let ablations = try [1, 2].map { threads in
      let backend = try CPUBackend(threadCount: threads)
      return try LayerAblation.measure(
        try PackedClassifier(try BertClassifier.toy(layers: 3, backend), backend: backend), on: .toy(40, seed: 4))
    }
    #expect(ablations[0] == ablations[1])
  }

  @Test func tiesAreBrokenByLossThenByIndex() throws {
    let json = """
      {"accuracy": 0.9, "loss": 0.3, "sentences": 10, "layers": [
        {"layer": 0, "accuracyDrop": 0.1, "lossIncrease": 0.5, "klDivergence": 0},
        {"layer": 1, "accuracyDrop": 0.1, "lossIncrease": 0.2, "klDivergence": 0},
        {"layer": 2, "accuracyDrop": 0.0, "lossIncrease": 0.9, "klDivergence": 0},
        {"layer": 3, "accuracyDrop": 0.1, "lossIncrease": 0.2, "klDivergence": 0},
        {"layer": 4, "accuracyDrop": -0.1, "lossIncrease": 2, "klDivergence": 0}]}
      """
    let ablation = try JSONDecoder().decode(LayerAblation.self, from: Data(json.utf8))
    #expect(ablation.leastSensitiveFirst == [4, 2, 1, 3, 0])
    #expect(try JSONDecoder().decode(LayerAblation.self, from: JSONEncoder().encode(ablation)) == ablation)
  }

  @Test func wrongInputIsRefused() throws {
    let backend = try CPUBackend()
    let model = try PackedClassifier(try BertClassifier.toy(layers: 3, backend), backend: backend)
    #expect(throws: TrainingError.emptyData(what: "ablation")) {
      try LayerAblation.measure(model, on: TokenizedText(encodings: [], labels: []))
    }
    let wrong = TokenizedText(encodings: TokenizedText.toy(1, seed: 1).encodings, labels: [3])
    #expect(throws: TrainingError.labelOutOfRange(label: 3, classCount: 3)) {
      try LayerAblation.measure(model, on: wrong)
    }
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try LayerAblation.measure(model, on: .toy(4, seed: 1)) { _ in throw Stop() }
    }
  }
}
