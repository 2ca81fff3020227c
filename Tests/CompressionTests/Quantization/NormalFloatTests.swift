import Bert
import Compression
import Compute
import Foundation
import TestSupport
import Testing
import Text
import Training

@Suite("NF4") struct NormalFloatTests {
  private let scratch: ScratchDirectory
  private let backend: CPUBackend

  init() throws {
    scratch = try ScratchDirectory()
    backend = try CPUBackend(threadCount: 2)
  }

  /// Of a normal distribution, by Box and Muller.
  private func normal(_ count: Int, seed: UInt64) -> [Float] {
    var random = SeededGenerator(state: seed)
    return (0..<count).map { _ in
      let radius = (-2 * log(Double.random(in: 1e-12..<1, using: &random))).squareRoot()
      return Float(0.04 * radius * cos(2 * .pi * Double.random(in: 0..<1, using: &random)))
    }
  }

  /// In dB.
  private func signalToNoise(_ found: [Float], _ expected: [Float]) -> Double {
    let noise = zip(found, expected).reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
    return 10 * log10(expected.reduce(0) { $0 + Double($1) * Double($1) } / noise)
  }

  private func source() throws -> Checkpoint {
    var configuration = try Checkpoint(modelDirectory: Goldens.tinyBert).configuration
    configuration.hiddenSize = 64
    configuration.intermediateSize = 128
    configuration.numAttentionHeads = 4
    configuration.initializerRange = 0.2
    let directory = scratch.url.appending(path: "floats", directoryHint: .isDirectory)
    try BertClassifier(randomWeights: configuration, seed: 3, backend: backend).write(
      to: directory, tokenizerSource: nil, backend: backend)
    return try Checkpoint(modelDirectory: directory)
  }

  private func quantized(_ source: Checkpoint, calibration: Calibration? = nil) throws -> Checkpoint {
    let directory = scratch.url.appending(path: "nf4", directoryHint: .isDirectory)
    try ModelQuantizer(scheme: .int4, fourBit: FourBitOptions(group: 32, codebook: .nf4)).quantize(
      source, to: directory, calibration: calibration)
    return try Checkpoint(modelDirectory: directory)
  }

  @Test("The levels are the published ones, to the last bit") func levels() {
    let published: [Double] = [
      -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
      -0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634,
      0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0,
    ]
    #expect(NormalFloat.levels.map(Double.init) == published)
    // Quantiles of the normal distribution, as the paper makes them: eight below 0 and seven above, scaled to 1.
    let offset = 0.9677083
    let largest = quantile(offset)
    for step in 0..<8 {
      let probability = offset + (0.5 - offset) * Double(step) / 8
      #expect(abs(Double(NormalFloat.levels[15 - step]) - quantile(probability) / largest) < 1e-5)
    }
    for step in 0..<7 {
      let probability = offset + (0.5 - offset) * Double(step) / 7
      #expect(abs(Double(NormalFloat.levels[step]) + quantile(probability) / largest) < 1e-5)
    }
  }

  /// Of the standard normal distribution, by bisection.
  private func quantile(_ probability: Double) -> Double {
    var (low, high) = (-8.0, 8.0)
    while high - low > 1e-12 {
      let middle = (low + high) / 2
      if 0.5 * erfc(-middle / 2.0.squareRoot()) < probability { low = middle } else { high = middle }
    }
    return low
  }

  @Test("The nearest level, and the lower one half way") func nearest() {
    var random = SeededGenerator(state: 4)
    for level in NormalFloat.levels { #expect(NormalFloat.levels[Int(NormalFloat.index(of: level))] == level) }
    for x in (0..<2000).map({ _ in Float.random(in: -1.2...1.2, using: &random) }) {
      let found = NormalFloat.levels[Int(NormalFloat.index(of: x))]
      let least = NormalFloat.levels.map { abs($0 - x) }.min() ?? 0
      #expect(abs(abs(found - x) - least) < 1e-6, "\(x)")
    }
    #expect(NormalFloat.index(of: 0.86147841811180115) == 14 && NormalFloat.index(of: 0.8615) == 15)
    #expect(NormalFloat.index(of: .infinity) == 15 && NormalFloat.index(of: -2) == 0)
  }

  @Test("Weights of a normal distribution lose less than by uniform steps", arguments: [32, 64, 128])
  func accuracy(_ group: Int) {
    let weights = normal(64 * 1024, seed: UInt64(group))
    let rows = NormalFloatQuantizer(group: group).quantized(weights, columns: 1024)
    let found = signalToNoise(rows.dequantized, weights)
    let uniform = signalToNoise(
      FourBitQuantizer(group: group).quantized(weights, columns: 1024).dequantized, weights)
    #expect(found > uniform, "\(found) dB of NF4, \(uniform) dB of uniform steps")
    #expect(found > 19 && found < 24, "\(found) dB")
  }

  @Test("Zeros, large and tiny groups") func extremes() {
    var weights = [Float](repeating: 0, count: 128)
    weights[40] = -3
    weights[70] = 1e-9
    weights[100] = 1e6
    let rows = NormalFloatQuantizer(group: 32).quantized(weights, columns: 64)
    #expect(rows.scales == [1, 3, 0x1p-24, 65504])
    #expect(rows.dequantized[40] == -3 && rows.dequantized[70] == 0 && rows.dequantized[100] == 65504)
    #expect(rows.dequantized.count { $0 != 0 } == 2)
  }

  @Test("Read as written, and computed in integers as the definition says") func reading() throws {
    let source = try source()
    let model = try quantized(source)
    try model.validate(requireClassifier: true)
    try model.validateValues()
    #expect(model.names == source.names && model.unusedNames.isEmpty)
    #expect(model.configuration.quantization.flatMap { QuantizationScheme($0) } == .int4)
    let name = "bert.encoder.layer.0.output.dense.weight"
    let groups = try #require(try model.normalFloatGroups(name))
    #expect(try model.fourBitGroups(name) == nil && model.quantizedRows(name) == nil)
    #expect(model.isFourBit(name) && model.shape(of: name) == [64, 128])
    let rows = NormalFloatQuantizer(group: 32).quantized(try source.floats(name), columns: 128)
    #expect(groups.dequantized() == rows.dequantized && groups.scales == rows.scales)
    #expect(model.byteCount(of: name) == 64 * 128 / 2 + 2 * 64 * 4)

    let whole = groups.rows()
    for row in 0..<64 {
      let scales = groups.scales[row * 4..<(row + 1) * 4]
      let step = (scales.max() ?? 0) / 127
      #expect(whole.steps[row] == step)
      for column in 0..<128 {
        let exact = groups.dequantized()[row * 128 + column]
        #expect(abs(Float(whole.values[row * 128 + column]) - exact / step) <= 0.5001)
        if row > 1 { break }
      }
    }

    // A model of the same rows as INT8 says the same, bit for bit.
    var configuration = model.configuration
    configuration.quantization = QuantizationScheme.int8PTQDynamic.configuration
    let tensors = try model.names.flatMap { name -> [TensorToWrite] in
      let shape = model.shape(of: name) ?? []
      if let groups = try model.normalFloatGroups(name) {
        let rows = groups.rows()
        return [
          TensorToWrite(name: name, shape: shape, dtype: .i8, bytes: rows.values.map { UInt8(bitPattern: $0) }),
          TensorToWrite(name: name + "_scale", shape: [shape[0], 1], floats: rows.steps),
        ]
      }
      return try model.copies(of: name)
    }
    let directory = scratch.url.appending(path: "int8", directoryHint: .isDirectory)
    try CheckpointWriter(configuration: configuration).write(tensors, to: directory)
    let input = try EncoderInput(
      tokens: TokenIndices(
        words: [2, 50, 9, 3, 2, 7, 3], positions: [0, 1, 2, 3, 0, 1, 2], types: [0, 0, 0, 0, 0, 0, 0]),
      layout: SequenceLayout(offsets: [0, 4, 7]))
    for set in InstructionSet.available {
      let backend = try CPUBackend(instructionSet: set, threadCount: 2)
      let logits = try PackedClassifier(checkpoint: model, backend: backend).logits(input)
      let same = try PackedClassifier(checkpoint: Checkpoint(modelDirectory: directory), backend: backend)
      #expect(try same.logits(input) == logits, "\(set)")
    }
  }

  @Test("Calibrated rounding spares the outputs") func calibrated() throws {
    var random = SeededGenerator(state: 7)
    let columns = 64
    let causes = (0..<6).map { _ in random.floats(columns) }
    let inputs = (0..<300).map { _ in
      let strengths = random.floats(causes.count), noise = random.floats(columns)
      return (0..<columns).map { column in
        zip(strengths, causes).reduce(0.1 * noise[column]) { $0 + $1.0 * $1.1[column] }
      }
    }
    let moments = (0..<columns * columns).map { index in
      inputs.reduce(Float(0)) { $0 + $1[index / columns] * $1[index % columns] }
    }
    let weights = normal(16 * columns, seed: 5)
    let quantizer = NormalFloatQuantizer(group: 32)
    let workers = WorkerPool(threadCount: 2)
    let rounded = try SecondOrderRounding(moments: moments, columns: columns, workers: workers).quantized(
      weights, by: quantizer, workers: workers)
    func error(_ values: [Float]) -> Double {
      var sum = 0.0
      for start in stride(from: 0, to: values.count, by: columns) {
        for x in inputs {
          let error = (0..<columns).reduce(0.0) { $0 + Double((values[start + $1] - weights[start + $1]) * x[$1]) }
          sum += error * error
        }
      }
      return sum
    }
    #expect(2 * error(rounded.dequantized) < error(quantizer.quantized(weights, columns: columns).dequantized))
    let one = try SecondOrderRounding(moments: moments, columns: columns, workers: WorkerPool(threadCount: 1))
      .quantized(
        weights, by: quantizer, workers: WorkerPool(threadCount: 1))
    #expect(one == rounded)

    let source = try source()
    let calibration = try Calibration.measure(source, on: .toy(60, seed: 1), withMoments: true, backend: backend)
    let model = try quantized(source, calibration: calibration)
    try model.validate(requireClassifier: true)
    let name = "bert.encoder.layer.0.output.dense.weight"
    #expect(
      try model.normalFloatGroups(name)?.dequantized()
        != quantizer.quantized(source.floats(name), columns: 128).dequantized)
  }

  @Test("A part of a mixed model") func mixed() throws {
    let source = try source()
    let text = TokenizedText.toy(30, seed: 2)
    let directory = scratch.url.appending(path: "mixed", directoryHint: .isDirectory)
    let found = try MixedQuantizer(
      maxDrop: 1, fourBit: FourBitOptions(group: 32, codebook: .nf4), embeddings: .int4
    ).quantize(
      source, to: directory, choosingOn: text, sample: text, backend: backend)
    #expect(found.count(.int4) == found.units.count)
    let checkpoint = try Checkpoint(modelDirectory: directory)
    try checkpoint.validate(requireClassifier: true)
    #expect(try checkpoint.normalFloatGroups("bert.pooler.dense.weight") != nil)
    #expect(try checkpoint.fourBitGroups("bert.embeddings.word_embeddings.weight") != nil)
  }

  @Test("Lengths, scales and settings that don't fit") func refusals() throws {
    let model = try quantized(try source())
    let name = "bert.pooler.dense.weight"
    func message(_ change: (TensorToWrite) -> TensorToWrite?) throws -> String {
      let tensors = try model.names.flatMap { try model.copies(of: $0) }.compactMap(change)
      let directory = scratch.url.appending(path: "broken", directoryHint: .isDirectory)
      try CheckpointWriter(configuration: model.configuration).write(tensors, to: directory)
      return scratch.message {
        let broken = try Checkpoint(modelDirectory: directory)
        try broken.validate(requireClassifier: true)
        try broken.validateValues()
      } ?? ""
    }
    #expect(try message { $0 } == "")
    #expect(try message { $0.name == name + "_scale" ? nil : $0 }.contains(name + "_scale"))
    let short = try message {
      $0.name != name + "_packed"
        ? $0 : TensorToWrite(name: $0.name, shape: [64, 4], dtype: .i32, bytes: [UInt8](repeating: 0, count: 1024))
    }
    #expect(short.contains("expected shape [64, 8], found [64, 4]"), "\(short)")
    let few = try message {
      $0.name != name + "_scale"
        ? $0 : TensorToWrite(name: $0.name, shape: [64, 1], floats: [Float](repeating: 1, count: 64))
    }
    #expect(few.contains("expected shape [64, 2], found [64, 1]"), "\(few)")
    let negative = try message {
      $0.name != name + "_scale"
        ? $0 : TensorToWrite(name: $0.name, shape: [64, 2], floats: [Float](repeating: -1, count: 128))
    }
    #expect(negative.contains("scales above 0"), "\(negative)")

    let config = model.directory.appending(path: "config.json")
    let text = try String(contentsOf: config, encoding: .utf8)
    for (old, new, words) in [
      (#""type": "nf4""#, #""type": "nf3""#, #"weights.type': expected "int", found "nf3""#),
      (#""group_size": 32"#, #""group_size": 33"#, "weights.group_size': expected a multiple of 32, found 33"),
      (#""Linear""#, #""bert.embeddings.word_embeddings""#, #"weights.type': expected "int" for embeddings"#),
    ] {
      try #require(text.contains(old), "\(text)")
      try scratch.write(text.replacing(old, with: new), "nf4/config.json")
      let found = scratch.message { _ = try Checkpoint(modelDirectory: model.directory) } ?? ""
      #expect(found.hasPrefix("DIR/nf4/config.json: ") && found.contains(words), "\(found)")
    }
  }

  @Test("Damage ends with a model or an error, never with a crash") func damage() throws {
    let model = try quantized(try source())
    let text = TokenizedText.toy(2, seed: 1)
    let count = DamagedDirectories.count / 3
    var read = 0
    try DamagedDirectories(of: model.directory).forEach(count, seed: 9) { directory in
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
