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

  var bytes: Double {
    switch self {
    case .f32: 4
    case .f16: 2
    case .s8: 1
    }
  }
}

/// The operands of a shape, the same for each backend.
final class LinearOperands {
  let shape: LinearShape
  let x: [Float]
  let weights: [Float]
  let halves: MappedBytes
  let quantized: QuantizedValues

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
    // A step of 1/127 for all: the weights' largest magnitude is below 1.
    let steps = weights.map { UInt8(bitPattern: Int8(($0 * 127).rounded(.toNearestOrEven))) }
    let bytes = scratch.appending(path: shape.name + "-s8")
    try Data(steps).write(to: bytes)
    quantized = try QuantizedValues(
      bytes: MappedBytes(file: try MappedFile(url: bytes), range: 0..<steps.count),
      scales: [Float](repeating: 1 / 127, count: shape.outputs), columns: shape.inputs)
  }

  func kernelCase(_ backend: CPUBackend, _ format: LinearFormat) throws -> KernelCase {
    let layer =
      switch format {
      case .f32: try backend.packed(weights: [weights], bias: nil, inputs: shape.inputs)
      case .f16: try stored(backend)
      case .s8: try backend.packed(quantized: [quantized], bias: nil, inputs: shape.inputs)
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
  /// rounding; a quantised one by half a step of each factor, 1/127 of the largest magnitude, which is below 1.
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
      let bound = format == .s8 ? k * (1 / 127.0 + 1 / 4e4) : k * Double(Float.ulpOfOne) * magnitude
      let found = KernelCheck(error: abs(Double(y[place]) - sum), bound: bound)
      if found.error - found.bound > worst.error - worst.bound || worst.bound == 0 { worst = found }
    }
    return worst
  }
}
