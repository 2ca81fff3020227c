import Compute

/// The operations that are bound by memory or by transcendental functions, on sizes of BERT-base at 8x128.
struct RowCases {
  static let rows = 1024
  static let columns = 768

  /// The case of each operation on `backend`. Answers are compared with those of the portable kernels, the definition.
  static func all(_ backend: CPUBackend, definition: CPUBackend) throws -> [KernelCase] {
    var numbers = Numbers(seed: 1)
    let x = numbers.floats(rows * columns)
    let shape: Shape = [rows, columns]
    var cases = [
      try elementwise("gelu", x, shape, 8, backend, definition) { backend, tensor, _ in
        try backend.activation(tensor, .gelu)
      },
      try elementwise("tanh", x, shape, 8, backend, definition) { backend, tensor, _ in
        try backend.activation(tensor, .tanh)
      },
      try elementwise("layer norm", x, shape, 8, backend, definition) { backend, tensor, parameter in
        try backend.layerNorm(tensor, RowNorm(scale: parameter, shift: parameter, epsilon: 1e-12))
      },
      try adamW(x, backend, definition),
    ]
    for (batch, tokens) in [(1, 32), (1, 128), (8, 128), (1, 512)] {
      cases.append(try attention(batch: batch, tokens: tokens, backend, definition))
    }
    return cases
  }

  private static func elementwise(
    _ op: String, _ x: [Float], _ shape: Shape, _ bytesPerElement: Int, _ backend: CPUBackend,
    _ definition: CPUBackend, _ body: @escaping (CPUBackend, Tensor, Tensor) throws -> Tensor
  ) throws -> KernelCase {
    let operand = try backend.upload(x, shape: shape)
    let parameter = try backend.upload([Float](repeating: 1, count: columns), shape: [columns])
    return KernelCase(
      op: op, size: "\(rows)x\(columns)", backend: backend, operations: 0, bytes: Double(bytesPerElement * x.count),
      elements: x.count, run: { _ = try body(backend, operand, parameter) },
      check: {
        let other = try body(
          definition, try definition.upload(x, shape: shape),
          try definition.upload([Float](repeating: 1, count: columns), shape: [columns]))
        return compare(try backend.read(try body(backend, operand, parameter)), try definition.read(other))
      })
  }

  /// Softmax is part of it; nothing else of a model uses softmax, so it has no row of its own.
  private static func attention(
    batch: Int, tokens: Int, _ backend: CPUBackend, _ definition: CPUBackend
  ) throws -> KernelCase {
    let heads = 12
    var numbers = Numbers(seed: UInt64(tokens))
    let values = numbers.floats(batch * tokens * 3 * columns)
    let shape: Shape = [batch * tokens, 3 * columns]
    let layout = try SequenceLayout(offsets: (0...batch).map { $0 * tokens })
    let operand = try backend.upload(values, shape: shape)
    return KernelCase(
      op: "attention", size: "\(batch)x\(tokens)x\(columns)", backend: backend,
      operations: 4 * Double(batch * tokens * tokens * columns), bytes: 16 * Double(batch * tokens * columns),
      elements: batch * tokens * columns,
      run: { _ = try backend.attention(queryKeyValue: operand, layout: layout, headCount: heads) },
      check: {
        let other = try definition.attention(
          queryKeyValue: try definition.upload(values, shape: shape), layout: layout, headCount: heads)
        return compare(
          try backend.read(try backend.attention(queryKeyValue: operand, layout: layout, headCount: heads)),
          try definition.read(other))
      })
  }

  private static func adamW(_ x: [Float], _ backend: CPUBackend, _ definition: CPUBackend) throws -> KernelCase {
    let step = AdamWStep(learningRate: 1e-3, weightDecay: 0.01, step: 1)
    func state(_ backend: CPUBackend) throws -> OptimizerState {
      let zeros = [Float](repeating: 0, count: x.count)
      return OptimizerState(
        weight: try backend.upload(x, shape: [x.count]), first: try backend.upload(zeros, shape: [x.count]),
        second: try backend.upload(zeros, shape: [x.count]), gradient: try backend.upload(x, shape: [x.count]))
    }
    let timed = try state(backend)
    return KernelCase(
      op: "adamw", size: "\(x.count)", backend: backend, operations: 0, bytes: 28 * Double(x.count),
      elements: x.count, run: { try timed.update(backend, step) },
      check: {
        let (one, other) = (try state(backend), try state(definition))
        try one.update(backend, step)
        try other.update(definition, step)
        return compare(try backend.read(one.weight), try definition.read(other.weight))
      })
  }

  /// Activations of size 1: some tens of roundings are 1e-5.
  private static func compare(_ found: [Float], _ expected: [Float]) -> KernelCheck {
    let error = zip(found, expected).reduce(0) { max($0, abs(Double($1.0) - Double($1.1))) }
    return KernelCheck(error: found.count == expected.count ? error : .infinity, bound: 1e-5)
  }
}

/// A parameter with its moments and gradient.
private final class OptimizerState {
  var weight: Tensor
  var first: Tensor
  var second: Tensor
  let gradient: Tensor

  init(weight: Tensor, first: Tensor, second: Tensor, gradient: Tensor) {
    self.weight = weight
    self.first = first
    self.second = second
    self.gradient = gradient
  }

  func update(_ backend: CPUBackend, _ step: AdamWStep) throws {
    try backend.adamW(
      weight: &weight, firstMoment: &first, secondMoment: &second, gradient: gradient, step: step)
  }
}
