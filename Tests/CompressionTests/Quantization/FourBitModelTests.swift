import Bert
import Compression
import Compute
import Foundation
import TestSupport
import Testing

@Suite("Models of four bits") struct FourBitModelTests {
  private static let options = [
    FourBitOptions(group: 32), FourBitOptions(group: 64, embeddings: .int4),
    FourBitOptions(group: 32, isSymmetric: false, embeddings: .int4), FourBitOptions(group: 64, isSymmetric: false),
  ]

  /// Random weights; the widths are whole groups.
  private func source(_ scratch: ScratchDirectory, width: Int = 64) throws -> Checkpoint {
    var configuration = try Checkpoint(modelDirectory: Goldens.tinyBert).configuration
    configuration.hiddenSize = width
    configuration.intermediateSize = 2 * width
    configuration.numAttentionHeads = 4
    configuration.initializerRange = 0.2
    let backend = try CPUBackend(instructionSet: .scalar, threadCount: 1)
    let directory = scratch.url.appending(path: "floats", directoryHint: .isDirectory)
    try BertClassifier(randomWeights: configuration, seed: 3, backend: backend).write(
      to: directory, tokenizerSource: nil, backend: backend)
    return try Checkpoint(modelDirectory: directory)
  }

  private func quantized(
    _ source: Checkpoint, _ scratch: ScratchDirectory, _ options: FourBitOptions
  ) throws -> Checkpoint {
    let directory = scratch.url.appending(path: "int4", directoryHint: .isDirectory)
    try ModelQuantizer(scheme: .int4, fourBit: options).quantize(source, to: directory)
    return try Checkpoint(modelDirectory: directory)
  }

  /// The same numbers as floats.
  private func dequantized(_ model: Checkpoint, _ scratch: ScratchDirectory) throws -> Checkpoint {
    var configuration = model.configuration
    configuration.quantization = nil
    let tensors = try model.names.map { name in
      let values: [Float]
      if let rows = try model.quantizedRows(name) {
        values = rows.dequantized()
      } else if let groups = try model.fourBitGroups(name) {
        values = groups.dequantized()
      } else {
        values = try model.floats(name)
      }
      return TensorToWrite(name: name, shape: model.shape(of: name) ?? [], floats: values)
    }
    let directory = scratch.url.appending(path: "dequantized", directoryHint: .isDirectory)
    try CheckpointWriter(configuration: configuration).write(tensors, to: directory)
    return try Checkpoint(modelDirectory: directory)
  }

  private func input(_ count: Int) throws -> EncoderInput {
    var random = SeededGenerator(state: 5)
    let lengths = (0..<count).map { _ in Int.random(in: 1...32, using: &random) }
    let tokens = lengths.reduce(0, +)
    return try EncoderInput(
      tokens: TokenIndices(
        words: (0..<tokens).map { _ in Int32.random(in: 0..<97, using: &random) },
        positions: lengths.flatMap { (0..<Int32($0)) }, types: [Int32](repeating: 0, count: tokens)),
      layout: SequenceLayout(offsets: lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }))
  }

  private func relativeError(_ found: [Float], _ expected: [Float]) -> Double {
    let error = zip(found, expected).reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
    let power = expected.reduce(0) { $0 + Double($1) * Double($1) }
    return found.count == expected.count ? (error / power).squareRoot() : .infinity
  }

  @Test("Read as written, and computed as the same numbers in floats", arguments: options)
  func reading(_ options: FourBitOptions) throws {
    let scratch = try ScratchDirectory()
    let source = try source(scratch)
    let model = try quantized(source, scratch, options)
    try model.validate(requireClassifier: true)
    try model.validateValues()
    #expect(model.names == source.names && model.unusedNames.isEmpty)
    let query = "bert.encoder.layer.0.attention.self.query.weight"
    let rows = FourBitQuantizer(group: options.group, isSymmetric: options.isSymmetric).quantized(
      try source.floats(query), columns: 64)
    let groups = try #require(try model.fourBitGroups(query))
    #expect(groups.dequantized() == rows.dequantized)
    #expect(groups.zeroPoints == rows.zeroPoints)
    #expect(try groups.progressive() != nil, "what Espalier writes is multiplied in integers")
    #expect(model.shape(of: query) == [64, 64])

    let floats = try dequantized(model, scratch)
    let input = try input(24)
    for set in InstructionSet.available {
      let backend = try CPUBackend(instructionSet: set, threadCount: 2)
      let packed = try PackedClassifier(checkpoint: model, backend: backend)
      let expected = try PackedClassifier(checkpoint: floats, backend: backend)
      let embeddings = try backend.read(try packed.embeddings(input))
      #expect(relativeError(embeddings, try backend.read(try expected.embeddings(input))) < 1e-5, "\(set)")
      let error = relativeError(try packed.logits(input), try expected.logits(input))
      // Were it 0, activations would not have been quantised.
      #expect(error < 0.05 && error > 1e-4, "\(set): \(error)")
    }
  }

  @Test("Logits depend neither on threads nor on neighbours") func independence() throws {
    let scratch = try ScratchDirectory()
    let model = try quantized(try source(scratch), scratch, FourBitOptions(group: 32, embeddings: .int4))
    let input = try input(30)
    for set in InstructionSet.available {
      let expected = try PackedClassifier(
        checkpoint: model, backend: CPUBackend(instructionSet: set, threadCount: 1)
      ).logits(input)
      let packed = try PackedClassifier(checkpoint: model, backend: CPUBackend(instructionSet: set, threadCount: 3))
      #expect(try packed.logits(input) == expected)
      var alone: [Float] = []
      for part in try input.parts(tokenBudget: 1) { alone += try packed.logits(part) }
      #expect(alone == expected)
    }
  }

  @Test("Scales that are no multiples of a step are computed in floats") func otherScales() throws {
    let scratch = try ScratchDirectory()
    let options = FourBitOptions(group: 32)
    let model = try quantized(try source(scratch), scratch, options)
    // Another program's scales: any number for each group.
    var random = SeededGenerator(state: 6)
    let tensors = try model.names.flatMap { name -> [TensorToWrite] in
      let shape = model.shape(of: name) ?? []
      if let rows = try model.quantizedRows(name) {
        return [TensorToWrite(name: name, shape: shape, floats: rows.dequantized())]
      }
      guard let groups = try model.fourBitGroups(name) else {
        return [TensorToWrite(name: name, shape: shape, floats: try model.floats(name))]
      }
      let bytes = groups.bytes.withBytes { $0.withUnsafeBytes { [UInt8]($0) } }
      let scales = groups.scales.map { $0 * Float.random(in: 0.9...1.1, using: &random) }
      return [
        TensorToWrite(name: name + "_packed", shape: [shape[0], shape[1] / 8], dtype: .i32, bytes: bytes),
        TensorToWrite(name: name + "_scale", shape: [shape[0], shape[1] / 32], floats: scales),
      ]
    }
    var configuration = model.configuration
    configuration.quantization = QuantizationConfiguration(
      weights: [.linear: .int4(group: 32, isSymmetric: true)], ignore: ["classifier"])
    let directory = scratch.url.appending(path: "other", directoryHint: .isDirectory)
    try CheckpointWriter(configuration: configuration).write(tensors, to: directory)
    let other = try Checkpoint(modelDirectory: directory)
    try other.validate(requireClassifier: true)
    let query = try #require(try other.fourBitGroups("bert.encoder.layer.0.attention.self.query.weight"))
    #expect(try query.progressive() == nil)
    let backend = try CPUBackend(threadCount: 2)
    let input = try input(10)
    let logits = try PackedClassifier(checkpoint: other, backend: backend).logits(input)
    let floats = try PackedClassifier(checkpoint: try dequantized(other, scratch), backend: backend).logits(input)
    #expect(relativeError(logits, floats) < 1e-5)
  }

  @Test("A group that doesn't divide the width is refused, and nothing is left") func groupSize() throws {
    let scratch = try ScratchDirectory()
    let source = try source(scratch, width: 96)
    let message = scratch.message { _ = try quantized(source, scratch, FourBitOptions(group: 64)) } ?? ""
    #expect(message.contains("query.weight") || message.contains("embeddings"), "\(message)")
    #expect(message.hasSuffix("a multiple of 32 columns that divides its 96 columns, found groups of 64"), "\(message)")
    #expect(try scratch.entries() == ["floats"])
  }

  @Test("Tensors that are missing or don't fit") func refusals() throws {
    let scratch = try ScratchDirectory()
    let model = try quantized(try source(scratch), scratch, FourBitOptions(group: 32, isSymmetric: false))
    let name = "bert.pooler.dense.weight"
    func message(_ change: (TensorToWrite) -> TensorToWrite?) throws -> String {
      let file = try SafetensorsFile(url: model.directory.appending(path: "model.safetensors"))
      let tensors = try file.entries.compactMap { entry -> TensorToWrite? in
        let bytes = try file.bytes(of: entry.name).withBytes { $0.withUnsafeBytes { [UInt8]($0) } }
        return change(TensorToWrite(name: entry.name, shape: entry.shape, dtype: entry.dtype, bytes: bytes))
      }
      let directory = scratch.url.appending(path: "broken", directoryHint: .isDirectory)
      try CheckpointWriter(configuration: model.configuration).write(tensors, to: directory)
      return scratch.message {
        let broken = try Checkpoint(modelDirectory: directory)
        try broken.validate(requireClassifier: true)
        try broken.validateValues()
      } ?? ""
    }
    #expect(try message { $0.name == name + "_scale" ? nil : $0 }.contains(name + "_scale"))
    #expect(try message { $0.name == name + "_zero_point" ? nil : $0 }.contains(name + "_zero_point"))
    #expect(try message { $0.name == name + "_packed" ? nil : $0 }.contains(name))
    let short = try message {
      $0.name != name + "_packed"
        ? $0 : TensorToWrite(name: $0.name, shape: [64, 4], dtype: .i32, bytes: [UInt8](repeating: 0, count: 1024))
    }
    #expect(short.contains("[64, 8]") && short.contains("[64, 4]"), "\(short)")
    let negative = try message {
      $0.name != name + "_scale"
        ? $0 : TensorToWrite(name: $0.name, shape: [64, 2], floats: [Float](repeating: -1, count: 128))
    }
    #expect(negative.contains(name + "_scale") && negative.contains("row 0"), "\(negative)")
    #expect(try message { $0 } == "")
  }

  @Test("Damage ends with a model or an error, never with a crash", arguments: [32, 64]) func damage(_ group: Int)
    throws
  {
    let scratch = try ScratchDirectory()
    let model = try quantized(
      try source(scratch), scratch, FourBitOptions(group: group, isSymmetric: group == 64, embeddings: .int4))
    let backend = try CPUBackend(threadCount: 1)
    let input = try input(2)
    let count = DamagedDirectories.count / 3
    var read = 0
    try DamagedDirectories(of: model.directory).forEach(count, seed: UInt64(group)) { directory in
      do {
        let packed = try PackedClassifier(checkpoint: try Checkpoint(modelDirectory: directory), backend: backend)
        read += 1
        _ = try packed.logits(input)
      } catch {
        #expect(error is BertError || error is TensorError, "\(error)")
      }
    }
    #expect(read > 0 && read < count)
  }

  @Test("A fifth of the bytes for a model of MiniLM's shape, and less with embeddings of four bits") func size() {
    let configuration = BertConfiguration(
      hiddenSize: 384, numHiddenLayers: 6, numAttentionHeads: 12, intermediateSize: 1536)
    func ratio(_ options: FourBitOptions) -> Double {
      let embeddings = options.embeddings == .int4
      var floats = 0.0, quantized = 0.0
      for tensor in WeightNames.all(configuration) {
        let count = Double(tensor.shape.reduce(1, *))
        floats += 4 * count
        switch QuantizationScheme.int4.configuration.format(of: tensor.name) {
        case .int4, .nf4: quantized += count / 2 + 2 * count / Double(options.group)
        case .int8:
          quantized += embeddings ? count / 2 + 2 * count / Double(options.group) : count + 4 * Double(tensor.shape[0])
        case nil: quantized += 4 * count
        }
      }
      return quantized / floats
    }
    #expect(ratio(FourBitOptions()) < 0.2)
    #expect(ratio(FourBitOptions(group: 64, embeddings: .int4)) < 0.15)
  }
}
