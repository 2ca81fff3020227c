import Compute
import TestSupport
import Testing

/// One differentiable operation at given inputs: what every backend and every VJP is tried on.
struct OpCase: Sendable {
  struct Input: Sendable {
    var name: String
    var shape: Shape
    var values: [Double]
  }

  typealias Operation = @Sendable (inout Tape, [Variable]) throws(TensorError) -> Variable

  var name: String
  var inputs: [Input]
  /// The gradient of the result that the VJP starts from.
  var upstream: Input
  var operation: Operation
  /// What rounding errors are measured in.
  var sums: Sums
  /// The longest chain of roundings: the terms of the longest sum, and some for the functions.
  var roundings: Int

  enum Sums: Sendable {
    /// This operation, at the absolute values of inputs and upstream, adds up the absolute values of the terms; the
    /// factor is for what comes after the sum.
    case absoluteTerms(of: Operation, times: Double)
    /// By a formula from the case; see `Sums+Formulas.swift`.
    case formula(@Sendable (OpCase) -> OpResult)
    /// The result itself: computed in Double, rounded once.
    case result
  }
}

/// What an operation gives: its result, and the gradient of each input, nil if it was not asked for.
struct OpResult: Sendable {
  var output: [Double]
  var gradients: [[Double]?]
}

extension OpCase: CustomTestStringConvertible {
  var testDescription: String { name }

  /// Runs forward and backward through a tape; `tracked` are the inputs whose gradients are asked for.
  func run(on backend: any Backend, tracked: Set<Int>? = nil) throws -> OpResult {
    var tape = newTape(backend)
    var variables: [Variable] = []
    for (index, input) in inputs.enumerated() {
      let tensor = try backend.upload(doubles: input.values, shape: input.shape)
      let isTracked = tracked?.contains(index) ?? true
      variables.append(isTracked ? tape.parameter(input.name, tensor) : tape.constant(tensor))
    }
    let y = try operation(&tape, variables)
    #expect(y.shape == upstream.shape, "\(name)")
    let dy = try backend.upload(doubles: upstream.values, shape: upstream.shape)
    let gradients = try tape.backward(from: y, upstream: dy)
    return OpResult(
      output: try backend.doubles(y.tensor),
      gradients: try inputs.map { try gradients.byName[$0.name].map { try backend.doubles($0) } })
  }

  /// Σ upstream y: the scalar whose gradient the VJP gives.
  func upstreamTimesOutput(on backend: any Backend) throws -> Double {
    var tape = newTape(backend)
    let variables = try inputs.map { tape.constant(try backend.upload(doubles: $0.values, shape: $0.shape)) }
    let y = try operation(&tape, variables)
    return zip(try backend.doubles(y.tensor), upstream.values).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// Σ |terms| of the result and of each gradient.
  func absoluteSums(exact: OpResult) throws -> OpResult {
    switch sums {
    case .absoluteTerms(let operation, let factor):
      var absolute = self
      absolute.operation = operation
      absolute.inputs = inputs.map { input in
        var input = input
        input.values = input.values.map(\.magnitude)
        return input
      }
      absolute.upstream.values = upstream.values.map(\.magnitude)
      let sums = try absolute.run(on: ReferenceBackend())
      return OpResult(
        output: sums.output.map { factor * $0 }, gradients: sums.gradients.map { $0?.map { factor * $0 } })
    case .formula(let formula):
      return formula(self)
    case .result:
      return exact
    }
  }

  /// The same masks each time: every run is of the same seed and step.
  private func newTape(_ backend: any Backend) -> Tape {
    Tape(backend: backend, random: RandomStream(seed: 0x5EED_0123_4567_89AB, step: 1 << 40))
  }
}

extension OpCase.Input {
  /// Evenly drawn numbers that are Floats, so that every backend starts from the same ones.
  init(_ name: String, _ shape: Shape, in range: ClosedRange<Float> = -1...1, seed: UInt64 = 0) {
    var random = SeededGenerator(state: name.utf8.reduce(seed) { $0 &* 31 &+ UInt64($1) } &+ UInt64(shape.count))
    self.init(name: name, shape: shape, values: random.floats(shape.count, in: range).map(Double.init))
  }
}
