import Compute

/// A linear layer forward and backward: the three products of training, weights packed anew for each.
enum TrainingCases {
  static let shapes = [
    LinearShape(rows: 1024, inputs: 384, outputs: 1536), LinearShape(rows: 1024, inputs: 768, outputs: 3072),
  ]

  static func all(_ backend: CPUBackend, definition: CPUBackend) throws -> [KernelCase] {
    try shapes.map { shape in
      var numbers = Numbers(seed: UInt64(shape.inputs))
      let x = numbers.floats(shape.rows * shape.inputs)
      let weight = numbers.floats(shape.inputs * shape.outputs)
      let (m, k, n) = (Double(shape.rows), Double(shape.inputs), Double(shape.outputs))
      // Uploading again each time costs a copy of the operands, some percent of the least shape's time.
      let tensors = try Operands(x, weight, shape, backend)
      return KernelCase(
        op: "linear + VJP f32", size: shape.name, backend: backend, operations: 6 * m * k * n,
        bytes: 4 * (4 * m * k + 3 * k * n + 3 * m * n), elements: shape.rows * shape.outputs,
        run: { _ = try tensors.gradients() },
        check: { try compare(tensors, shape, x, weight) })
    }
  }

  /// The gradient of the weights, at some places, in Double: the loss is the sum of the first row's outputs weighted by
  /// `Operands.head`, so dW[o, c] = head[o] x[0, c].
  private static func compare(
    _ tensors: Operands, _ shape: LinearShape, _ x: [Float], _ weight: [Float]
  ) throws -> KernelCheck {
    let found = try tensors.gradients()
    var error = 0.0
    for place in stride(from: 0, to: found.count, by: 1009) {
      let expected = Double(tensors.head[place / shape.inputs]) * Double(x[place % shape.inputs])
      error = max(error, abs(Double(found[place]) - expected))
    }
    return KernelCheck(error: found.isEmpty ? .infinity : error, bound: 1e-5)
  }

  private struct Operands {
    let backend: CPUBackend
    let x: Tensor
    let weight: Tensor
    let head: [Float]
    let headWeight: Tensor

    init(_ x: [Float], _ weight: [Float], _ shape: LinearShape, _ backend: CPUBackend) throws {
      self.backend = backend
      self.x = try backend.upload(x, shape: [shape.rows, shape.inputs])
      self.weight = try backend.upload(weight, shape: [shape.outputs, shape.inputs])
      var numbers = Numbers(seed: 3)
      head = numbers.floats(shape.outputs)
      headWeight = try backend.upload(head, shape: [1, shape.outputs])
    }

    /// Of the weight.
    func gradients() throws -> [Float] {
      var tape = Tape(backend: backend)
      let (input, matrix) = (tape.parameter("x", x), tape.parameter("weight", weight))
      let y = try tape.linear(input, weight: matrix, bias: nil)
      let scores = try tape.linear(y, weight: tape.constant(headWeight), bias: nil)
      let loss = try tape.selectRows(scores, [0])
      guard let gradient = try tape.backward(from: loss).byName["weight"] else { return [] }
      return try backend.read(gradient)
    }
  }
}
