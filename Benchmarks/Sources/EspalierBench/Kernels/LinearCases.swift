import Compute
import FoundationEssentials

/// activation(x weightᵀ + bias) with packed weights: rows x inputs x outputs are the m, k, n of the product.
struct LinearShape: Hashable {
  let rows: Int
  let inputs: Int
  let outputs: Int

  /// As tables name it: m x k x n.
  var name: String { "\(rows)x\(inputs)x\(outputs)" }

  /// The linear layers of MiniLM (C = 384, F = 1536) and BERT-base (768, 3072): many rows, a sentence, a word.
  static let all = [
    LinearShape(rows: 512, inputs: 384, outputs: 1536), LinearShape(rows: 512, inputs: 1536, outputs: 384),
    LinearShape(rows: 512, inputs: 768, outputs: 3072), LinearShape(rows: 512, inputs: 3072, outputs: 768),
    LinearShape(rows: 128, inputs: 384, outputs: 1152), LinearShape(rows: 32, inputs: 768, outputs: 768),
    LinearShape(rows: 32, inputs: 768, outputs: 3072), LinearShape(rows: 16, inputs: 384, outputs: 1536),
    LinearShape(rows: 1, inputs: 384, outputs: 1536), LinearShape(rows: 1, inputs: 768, outputs: 768),
  ]
}

/// What weights are stored in.
enum LinearFormat: String, CaseIterable {
  case f32, f16
  /// Quantised, with activations quantised by the product: the operations are those of the float product.
  case s8
  /// The same within 64 of zero, whose product takes bytes where there is no VNNI.
  case reducedS8 = "s8 reduced"
  /// Four bits, in groups of 64, unpacked by the product.
  case s4

  var bytes: Double {
    switch self {
    case .f32: 4
    case .f16: 2
    case .s8, .reducedS8: 1
    case .s4: 0.5 + 2 / 64
    }
  }

  var isQuantized: Bool { [.s8, .reducedS8, .s4].contains(self) }
}

/// The operands of a shape, the same for each backend.
final class LinearOperands {
  let shape: LinearShape
  let x: [Float]
  let weights: [Float]
  let halves: MappedBytes
  let quantized: QuantizedValues
  let reduced: QuantizedValues
  let fourBit: FourBitValues

  /// - Parameter scratch: where a file for the halves may go: they are read as from a checkpoint.
  init(_ shape: LinearShape, scratch: URL) throws {
    self.shape = shape
    var numbers = Numbers(seed: UInt64(shape.rows * 31 + shape.inputs * 7 + shape.outputs))
    x = numbers.floats(shape.rows * shape.inputs)
    let bits = (0..<shape.inputs * shape.outputs).map { _ in numbers.half() }
    weights = bits.map { Numbers.value($0) }
    let file = scratch.appending(path: shape.name)
    try Data(bits.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }).write(to: file)
    halves = MappedBytes(file: try MappedFile(url: file), range: 0..<bits.count * 2)
    quantized = try Self.quantized(weights, shape, limit: 127, scratch: scratch)
    reduced = try Self.quantized(weights, shape, limit: 64, scratch: scratch)
    fourBit = try Self.fourBit(weights, shape, scratch: scratch)
  }

  /// A step of 1 / limit for all: the weights' largest magnitude is below 1.
  private static func quantized(
    _ weights: [Float], _ shape: LinearShape, limit: Float, scratch: URL
  ) throws -> QuantizedValues {
    let values = weights.map { UInt8(bitPattern: Int8(($0 * limit).rounded(.toNearestOrEven))) }
    let file = scratch.appending(path: "\(shape.name)-s8-\(limit)")
    try Data(values).write(to: file)
    return try QuantizedValues(
      bytes: MappedBytes(file: try MappedFile(url: file), range: 0..<values.count),
      scales: [Float](repeating: 1 / limit, count: shape.outputs), columns: shape.inputs)
  }

  /// Steps of 1/7: u = 8 + round(7 w), each group's step 15 of its row's.
  private static func fourBit(_ weights: [Float], _ shape: LinearShape, scratch: URL) throws -> FourBitValues {
    let u = weights.map { UInt8(8 + ($0 * 7).rounded(.toNearestOrEven)) }
    let packed = stride(from: 0, to: u.count, by: 2).map { u[$0] | u[$0 + 1] << 4 }
    let file = scratch.appending(path: shape.name + "-s4")
    try Data(packed).write(to: file)
    let group = 64, groups = shape.outputs * shape.inputs / group
    return try FourBitValues(
      bytes: MappedBytes(file: try MappedFile(url: file), range: 0..<packed.count),
      scales: [Float](repeating: 1 / (7 * 15), count: shape.outputs),
      multipliers: [UInt8](repeating: 15, count: groups), offsets: [UInt8](repeating: 120, count: groups),
      columns: shape.inputs, group: group)
  }

  func kernelCase(_ backend: CPUBackend, _ format: LinearFormat) throws -> KernelCase {
    let layer =
      switch format {
      case .f32: try backend.packed(weights: [weights], bias: nil, inputs: shape.inputs)
      case .f16: try stored(backend)
      case .s8: try backend.packed(quantized: [quantized], bias: nil, inputs: shape.inputs)
      case .reducedS8: try backend.packed(quantized: [reduced], bias: nil, inputs: shape.inputs)
      case .s4: try backend.packed(fourBit: [fourBit], bias: nil, inputs: shape.inputs)
      }
    let input = try backend.upload(x, shape: [shape.rows, shape.inputs])
    let (m, k, n) = (Double(shape.rows), Double(shape.inputs), Double(shape.outputs))
    return KernelCase(
      op: "linear \(format.rawValue)", size: shape.name, backend: backend, operations: 2 * m * k * n,
      bytes: 4 * (m * k + m * n) + format.bytes * k * n, elements: shape.rows * shape.outputs,
      run: { _ = try backend.linear(input, layer) },
      check: { self.check(try backend.read(try backend.linear(input, layer)), format) })
  }

  private func stored(_ backend: CPUBackend) throws -> PackedLinear {
    guard let values = StoredValues(bytes: halves, format: .f16),
      let layer = try backend.packed(stored: [values], bias: nil, inputs: shape.inputs)
    else { throw TensorError.countMismatch(op: "packed", expected: halves.count / 2, found: 0) }
    return layer
  }

  /// Against sums in Double, at some hundred places. A sum of k products may be off by k ε Σ|a||b|, half of ε being
  /// rounding; a quantised one by half a step of each factor, whose largest magnitude is below 1.
  private func check(_ y: [Float], _ format: LinearFormat) -> KernelCheck {
    var worst = KernelCheck(error: 0, bound: 0)
    for sample in 0..<min(y.count, 257) {
      let place = sample * (y.count / 257 + 1) % y.count
      let (row, column) = (place / shape.outputs, place % shape.outputs)
      var sum = 0.0
      var magnitude = 0.0
      for p in 0..<shape.inputs {
        let product = Double(x[row * shape.inputs + p]) * Double(weights[column * shape.inputs + p])
        sum += product
        magnitude += abs(product)
      }
      let k = Double(shape.inputs)
      let half = format == .s8 ? 0.5 / 127 : format == .reducedS8 ? 0.5 / 64 : 0.5 / 7
      let bound = format.isQuantized ? k * (half + 0.5 / 127 + 1 / 1e4) : k * Double(Float.ulpOfOne) * magnitude
      let found = KernelCheck(error: abs(Double(y[place]) - sum), bound: bound)
      if found.error - found.bound > worst.error - worst.bound || worst.bound == 0 { worst = found }
    }
    return worst
  }
}
