import Bert
import Compute
import Foundation
import TestSupport

/// A small model of random weights, its quantised directory, and the directory of the same numbers as floats.
struct QuantizedModel {
  static let all = QuantizationConfiguration(targets: [.linear, .embedding], ignore: ["classifier"])

  private let scratch: ScratchDirectory
  let quantized: URL
  let floats: URL

  /// - Parameters:
  ///   - scales: the format of the scales.
  ///   - change: sees the values of each parameter before they are quantised.
  init(
    _ quantization: QuantizationConfiguration = Self.all, scales: SafetensorsDType = .f32,
    change: (String, inout [Float]) -> Void = { _, _ in }
  ) throws {
    scratch = try ScratchDirectory()
    quantized = scratch.url.appending(path: "quantized", directoryHint: .isDirectory)
    floats = scratch.url.appending(path: "floats", directoryHint: .isDirectory)
    let backend = try CPUBackend(instructionSet: .scalar, threadCount: 1)
    var configuration = try Checkpoint(modelDirectory: Goldens.tinyBert).configuration
    configuration.initializerRange = 0.2
    let model = try BertClassifier(randomWeights: configuration, seed: 3, backend: backend)
    var whole: [TensorToWrite] = []
    var parts: [TensorToWrite] = []
    for expected in WeightNames.all(configuration) {
      var values = try backend.read(model.parameters[expected.name])
      change(expected.name, &values)
      guard quantization.quantizes(expected.name) else {
        let tensor = TensorToWrite(name: expected.name, shape: expected.shape, floats: values)
        whole.append(tensor)
        parts.append(tensor)
        continue
      }
      let columns = expected.shape[1]
      let rows = Self.quantized(values, columns: columns, scales)
      let bytes = rows.values.map { UInt8(bitPattern: $0) }
      parts.append(TensorToWrite(name: expected.name, shape: expected.shape, dtype: .i8, bytes: bytes))
      parts.append(
        TensorToWrite(
          name: expected.name + "_scale", shape: [expected.shape[0], 1], dtype: scales,
          bytes: Self.bytes(rows.scales, scales)))
      let products = rows.values.indices.map { Float(rows.values[$0]) * rows.scales[$0 / columns] }
      whole.append(TensorToWrite(name: expected.name, shape: expected.shape, floats: products))
    }
    try CheckpointWriter(configuration: configuration).write(whole, to: floats)
    configuration.quantization = quantization
    try CheckpointWriter(configuration: configuration).write(parts, to: quantized)
  }

  /// By the largest magnitude of each row; scales are numbers of the format that they are stored in.
  private static func quantized(
    _ values: [Float], columns: Int, _ format: SafetensorsDType
  ) -> (values: [Int8], scales: [Float]) {
    let scales = stride(from: 0, to: values.count, by: columns).map { start in
      let largest = values[start..<start + columns].map(abs).max() ?? 0
      let scale = largest > 0 ? largest / 127 : 1
      // BF16 by dropping bits.
      return format == .f32 ? scale : Float(bitPattern: scale.bitPattern & 0xFFFF_0000)
    }
    let whole = values.indices.map { index in
      Int8(max(-127, min(127, (values[index] / scales[index / columns]).rounded(.toNearestOrEven))))
    }
    return (whole, scales)
  }

  private static func bytes(_ scales: [Float], _ format: SafetensorsDType) -> [UInt8] {
    scales.flatMap { scale in
      withUnsafeBytes(of: scale.bitPattern.littleEndian) { [UInt8]($0) }.suffix(format == .f32 ? 4 : 2)
    }
  }

  /// `count` sentences of 1 to 32 tokens.
  static func input(_ count: Int, seed: UInt64) throws -> EncoderInput {
    var random = SeededGenerator(state: seed)
    let lengths = (0..<count).map { _ in Int.random(in: 1...32, using: &random) }
    let tokens = lengths.reduce(0, +)
    return try EncoderInput(
      tokens: TokenIndices(
        words: (0..<tokens).map { _ in Int32.random(in: 0..<97, using: &random) },
        positions: lengths.flatMap { (0..<Int32($0)) },
        types: (0..<tokens).map { _ in Int32.random(in: 0..<2, using: &random) }),
      layout: SequenceLayout(offsets: lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }))
  }
}
