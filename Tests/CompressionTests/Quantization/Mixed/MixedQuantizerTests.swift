import Bert
import Compression
import Compute
import Foundation
import TestSupport
import Testing
import Text
import Training

@Suite("Mixed number formats") struct MixedQuantizerTests {
  private let scratch: ScratchDirectory
  private let backend: CPUBackend

  init() throws {
    scratch = try ScratchDirectory()
    backend = try CPUBackend(threadCount: 2)
  }

  /// Random weights, two layers; a width of 64 lets all be stored in four bits, one of 24 nothing.
  private func source(width: Int = 64, intermediate: Int? = nil) throws -> Checkpoint {
    var configuration = try Checkpoint(modelDirectory: Goldens.tinyBert).configuration
    configuration.numHiddenLayers = 2
    configuration.hiddenSize = width
    configuration.intermediateSize = intermediate ?? 2 * width
    configuration.numAttentionHeads = 4
    configuration.initializerRange = 0.2
    let directory = scratch.url.appending(path: "floats-\(width)", directoryHint: .isDirectory)
    try BertClassifier(randomWeights: configuration, seed: 3, backend: backend).write(
      to: directory, tokenizerSource: nil, backend: backend)
    return try Checkpoint(modelDirectory: directory)
  }

  /// Sentences whose labels are what the model in floats says: each drop of accuracy is a prediction that has changed.
  private func data(_ source: Checkpoint, _ count: Int) throws -> TokenizedText {
    let text = TokenizedText.toy(count, seed: 8)
    let said = try Evaluator.predictions(try PackedClassifier(checkpoint: source, backend: backend), text)
    return TokenizedText(encodings: text.encodings, labels: said.classes.map(Int32.init))
  }

  private func quantized(
    _ source: Checkpoint, maxDrop: Double, _ data: TokenizedText, name: String = "mixed",
    fourBit: FourBitOptions = FourBitOptions(group: 32), calibration: Calibration? = nil
  ) throws -> (found: MixedPrecision, checkpoint: Checkpoint) {
    let directory = scratch.url.appending(path: name, directoryHint: .isDirectory)
    let found = try MixedQuantizer(maxDrop: maxDrop, fourBit: fourBit, embeddings: .int4).quantize(
      source, to: directory, choosingOn: data, sample: data, calibration: calibration, backend: backend)
    return (found, try Checkpoint(modelDirectory: directory))
  }

  private func predictions(_ checkpoint: Checkpoint, _ data: TokenizedText) throws -> Predictions {
    try Evaluator.predictions(try PackedClassifier(checkpoint: checkpoint, backend: backend), data)
  }

  @Test("What was judged is what was written, whatever the budget", arguments: [0, 0.02, 0.1, 1])
  func wholeWay(_ maxDrop: Double) throws {
    let source = try source()
    let data = try data(source, 200)
    let (found, checkpoint) = try quantized(source, maxDrop: maxDrop, data)
    try checkpoint.validate(requireClassifier: true)
    try checkpoint.validateValues()
    #expect(checkpoint.names == source.names && checkpoint.unusedNames.isEmpty)
    let predictions = try predictions(checkpoint, data)
    #expect(found.floatAccuracy == 1 && found.accuracy == predictions.accuracy)
    #expect(found.loss == (try predictions.loss()))
    #expect(found.accuracyDrop == 1 - predictions.accuracy && found.accuracyDrop <= maxDrop)
    #expect(found.maxDrop == maxDrop && found.sentences == 200 && found.sensitivitySentences == 200)
    #expect(found.units.map(\.sensitivity.unit) == QuantizationUnit.all(source.configuration).map(\.name))
    for unit in found.units {
      #expect(unit.sensitivity.options.map(\.precision) == [.int4, .int8, .floats])
      for option in unit.sensitivity.options.dropLast() { #expect(option.klDivergence > 0) }
      #expect(unit.sensitivity.options[2].klDivergence == 0)
    }
    // Bytes are those of the file.
    let weights = QuantizationUnit.all(source.configuration).flatMap(\.weights)
    #expect(found.bytes == weights.reduce(0) { $0 + checkpoint.byteCount(of: $1) })
    #expect(found.floatBytes == weights.reduce(0) { $0 + source.byteCount(of: $1) })
    // All in four bits if the budget is all there is.
    if maxDrop == 1 { #expect(found.count(.int4) == found.units.count && found.trials.count == 1) }
    if maxDrop == 0 { #expect(found.count(.int4) < found.units.count) }
    let quantization = checkpoint.configuration.quantization
    for (unit, chosen) in zip(QuantizationUnit.all(source.configuration), found.units) {
      for weight in unit.weights {
        #expect(checkpoint.isQuantized(weight) == (chosen.chosen != .floats), "\(weight)")
        #expect(checkpoint.isFourBit(weight) == (chosen.chosen == .int4), "\(weight)")
      }
    }
    // The same file as of rounding by that configuration at once.
    let again = scratch.url.appending(path: "again", directoryHint: .isDirectory)
    if let quantization {
      #expect(QuantizationScheme(quantization) == .mixed)
      try ModelQuantizer(scheme: .mixed).quantize(source, by: quantization, to: again, calibration: nil)
      for file in ["model.safetensors", "config.json"] {
        #expect(
          try Data(contentsOf: again.appending(path: file))
            == Data(contentsOf: checkpoint.directory.appending(path: file)), "\(file)")
      }
    }
    // Nothing is left beside it.
    #expect(Set(try scratch.entries()).isSubset(of: ["floats-64", "mixed", "again"]))
  }

  @Test("The sensitivity of a part is that of the model with this part alone rounded") func sensitivities() throws {
    let source = try source()
    let data = try data(source, 60)
    let found = try quantized(source, maxDrop: 0.05, data).found
    let floats = try predictions(source, data)
    for (unit, measured) in zip(QuantizationUnit.all(source.configuration), found.units) {
      for (option, weights) in zip(
        measured.sensitivity.options,
        [QuantizationConfiguration.WeightFormat.int4(group: 32, isSymmetric: true), .int8])
      {
        let modules = unit.modules.map { ($0, QuantizationConfiguration.Format(weights: weights)) }
        let directory = scratch.url.appending(path: "alone", directoryHint: .isDirectory)
        try ModelQuantizer(scheme: .mixed).quantize(
          source,
          by: QuantizationConfiguration(modules: Dictionary(uniqueKeysWithValues: modules), ignore: ["classifier"]),
          to: directory, calibration: nil)
        let alone = try predictions(try Checkpoint(modelDirectory: directory), data)
        #expect(option.accuracyDrop == floats.accuracy - alone.accuracy, "\(unit.name)")
        #expect(option.lossIncrease == (try alone.loss() - floats.loss()), "\(unit.name)")
      }
    }
  }

  @Test("A tighter budget costs more bytes; calibration and threads") func budgets() throws {
    let source = try source()
    let data = try data(source, 150)
    let calibration = try Calibration.measure(
      source, on: .toy(100, seed: 1), withMoments: true, backend: backend)
    let bytes = try [0, 0.01, 0.05, 1].map {
      try quantized(source, maxDrop: $0, data, calibration: calibration).found.bytes
    }
    #expect(bytes == bytes.sorted(by: >) && Set(bytes).count > 1, "\(bytes)")
    let file = scratch.url.appending(path: "mixed/model.safetensors")
    _ = try quantized(source, maxDrop: 0.03, data)
    let expected = try Data(contentsOf: file)
    let directory = scratch.url.appending(path: "mixed", directoryHint: .isDirectory)
    for threads in [1, 3] {
      _ = try MixedQuantizer(maxDrop: 0.03, fourBit: FourBitOptions(group: 32), embeddings: .int4).quantize(
        source, to: directory, choosingOn: data, sample: data, backend: try CPUBackend(threadCount: threads))
      #expect(try Data(contentsOf: file) == expected)
    }
  }

  @Test("Parts that the group doesn't divide have no four bits") func groups() throws {
    let narrow = try source(width: 24)
    let found = try quantized(narrow, maxDrop: 1, try data(narrow, 30)).found
    #expect(found.count(.int8) == found.units.count)
    let some = try source(width: 96, intermediate: 128)
    let (mixed, checkpoint) = try quantized(some, maxDrop: 1, try data(some, 30), fourBit: FourBitOptions(group: 64))
    let inFour = mixed.units.filter { $0.chosen == .int4 }.map(\.sensitivity.unit)
    #expect(inFour == ["bert.encoder.layer.0.output.dense", "bert.encoder.layer.1.output.dense"])
    try checkpoint.validate(requireClassifier: true)
  }

  @Test("Tables have no four bits where eight are the fewest") func tables() throws {
    let source = try source()
    let data = try data(source, 30)
    #expect(try MixedQuantizer().embeddings == .int8)
    for (fewest, precision) in [(FourBitOptions.Embeddings.int4, Precision.int4), (.int8, .int8)] {
      let directory = scratch.url.appending(path: "tables-\(fewest)", directoryHint: .isDirectory)
      let found = try MixedQuantizer(maxDrop: 1, fourBit: FourBitOptions(group: 32), embeddings: fewest).quantize(
        source, to: directory, choosingOn: data, sample: data, backend: backend)
      #expect(
        found.units.map(\.chosen) == [precision] + .init(repeating: .int4, count: found.units.count - 1))
      let checkpoint = try Checkpoint(modelDirectory: directory)
      #expect(try predictions(checkpoint, data).loss() == found.loss)
    }
  }

  @Test("Where nothing else is within the budget, floats are written") func floats() throws {
    let source = try source(width: 24)
    // So many that some sentence changes its answer whichever part is rounded.
    let data = try data(source, 4000)
    let (found, checkpoint) = try quantized(source, maxDrop: 0, data)
    #expect(found.count(.floats) == found.units.count && found.accuracyDrop == 0 && found.bytes == found.floatBytes)
    #expect(checkpoint.configuration.quantization == nil)
    for name in source.names { #expect(try checkpoint.floats(name) == source.floats(name)) }
  }

  @Test func progress() throws {
    let source = try source(width: 24)
    let data = try data(source, 40)
    let sample = TokenizedText(encodings: Array(data.encodings.prefix(10)), labels: Array(data.labels.prefix(10)))
    var measured: [Int] = []
    var judged: [Int: Int] = [:]
    let found = try MixedQuantizer(maxDrop: 0.02).quantize(
      source, to: scratch.url.appending(path: "mixed"), choosingOn: data, sample: sample, backend: backend
    ) {
      switch $0 {
      case .measuring(let sentences): measured.append(sentences)
      case .judging(let model, let sentences): judged[model] = sentences
      }
    }
    #expect(measured.last == 10 && found.sensitivitySentences == 10 && found.sentences == 40)
    #expect(judged.keys.sorted() == Array(1...found.trials.count + 1) && judged.values.allSatisfy { $0 == 40 })
    let decoded = try JSONDecoder().decode(MixedPrecision.self, from: try JSONEncoder().encode(found))
    #expect(decoded == found)
  }

  @Test("Budgets, sentences and models that make no sense") func refusals() throws {
    for budget in [-0.001, 1.5, .nan, .infinity, -.infinity] {
      var message = ""
      do { _ = try MixedQuantizer(maxDrop: budget) } catch { message = "\(error)" }
      #expect(message == "a budget of \(budget): expected a drop of accuracy from 0 to 1, such as 0.003")
    }
    let source = try source(width: 24)
    let data = try data(source, 10)
    let empty = TokenizedText(encodings: [], labels: [])
    let target = scratch.url.appending(path: "x", directoryHint: .isDirectory)
    let quantizer = try MixedQuantizer(maxDrop: 0.01)
    #expect(throws: TrainingError.emptyData(what: "evaluation")) {
      try quantizer.quantize(source, to: target, choosingOn: empty, sample: data, backend: backend)
    }
    #expect(throws: TrainingError.emptyData(what: "sensitivity")) {
      try quantizer.quantize(source, to: target, choosingOn: data, sample: empty, backend: backend)
    }
    let wrong = TokenizedText(encodings: data.encodings, labels: data.labels.map { _ in 3 })
    for (all, sample) in [(wrong, data), (data, wrong)] {
      #expect(throws: TrainingError.labelOutOfRange(label: 3, classCount: 3)) {
        try quantizer.quantize(source, to: target, choosingOn: all, sample: sample, backend: backend)
      }
    }
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try quantizer.quantize(source, to: target, choosingOn: data, sample: data, backend: backend) { _ in throw Stop() }
    }
    let checkpoint = try quantized(source, maxDrop: 1, data).checkpoint
    #expect(throws: BertError.alreadyQuantized(path: checkpoint.path)) {
      try quantizer.quantize(checkpoint, to: target, choosingOn: data, sample: data, backend: backend)
    }
    #expect(throws: CompressionError.needsSelection(scheme: "mixed")) {
      try ModelQuantizer(scheme: .mixed).quantize(source, to: target)
    }
    #expect(try scratch.entries() == ["floats-24", "mixed"])
  }

  @Test("Damage ends with a model or an error, never with a crash") func damage() throws {
    let source = try source()
    let checkpoint = try quantized(source, maxDrop: 0.05, try data(source, 100)).checkpoint
    let text = TokenizedText.toy(2, seed: 1)
    let count = DamagedDirectories.count / 3
    var read = 0
    try DamagedDirectories(of: checkpoint.directory).forEach(count, seed: 5) { directory in
      do {
        let packed = try PackedClassifier(checkpoint: try Checkpoint(modelDirectory: directory), backend: backend)
        read += 1
        _ = try packed.logits(try EncoderInput(text.batch([0, 1])))
      } catch {
        #expect(error is BertError || error is TensorError, "\(error)")
      }
    }
    #expect(read > 0 && read < count)
  }
}
