import Compute
import TestSupport
import Testing

/// The chain of oracles: formulas in Double by central differences, the CPU by the formulas.
@Suite struct OpTests {
  /// One of each kind, shared by all tests, which run at the same time.
  static let backends: [CPUBackend] = InstructionSet.available.flatMap { set in
    [1, 2].compactMap { try? CPUBackend(instructionSet: set, threadCount: $0) }
  }

  @Test func thereIsABackendOfEachKind() {
    #expect(Self.backends.count == 2 * InstructionSet.available.count)
    #expect(Set(Self.backends.map(\.threadCount)) == [1, 2])
  }

  /// (f(x + h) - f(x - h)) / 2h for every element of small inputs and for some 50 of large ones.
  @Test(arguments: OpCase.all) func referenceVJPIsTheDerivative(_ op: OpCase) throws {
    let backend = ReferenceBackend()
    let found = try op.run(on: backend)
    let h = 1e-5
    for (index, input) in op.inputs.enumerated() {
      let gradient = try #require(found.gradients[index], "\(op.name): no gradient of \(input.name)")
      try #require(gradient.count == input.values.count)
      let size = max(1, gradient.reduce(0) { max($0, $1.magnitude) })
      for element in stride(from: 0, to: gradient.count, by: max(1, gradient.count / 50)) {
        var (above, below) = (op, op)
        above.inputs[index].values[element] += h
        below.inputs[index].values[element] -= h
        let difference = try above.upstreamTimesOutput(on: backend) - below.upstreamTimesOutput(on: backend)
        let error = (difference / (2 * h) - gradient[element]).magnitude
        #expect(error <= 2e-8 * size, "\(op.name): \(input.name)[\(element)] is \(gradient[element]), off by \(error)")
      }
    }
  }

  /// Within `roundings` half units in the last place of Σ |terms|.
  @Test(arguments: OpCase.all) func cpuAgreesWithTheFormulas(_ op: OpCase) throws {
    let exact = try op.run(on: ReferenceBackend())
    let sums = try op.absoluteSums(exact: exact)
    let names = ["result"] + op.inputs.map { "gradient of \($0.name)" }
    for backend in Self.backends {
      let found = try op.run(on: backend)
      for (index, name) in names.enumerated() {
        let ours = try #require(index == 0 ? found.output : found.gradients[index - 1])
        let theirs = try #require(index == 0 ? exact.output : exact.gradients[index - 1])
        let sum = try #require(index == 0 ? sums.output : sums.gradients[index - 1])
        try #require(ours.count == theirs.count && sum.count == theirs.count)
        let worst = worstRatio(ours.map { Float($0) }, theirs) {
          Double(op.roundings) * roundingUnit * sum[$0] + Double(Float.leastNormalMagnitude)
        }
        #expect(worst <= 1, "\(op.name): \(name), \(backend.name), \(backend.threadCount) threads: \(worst)")
      }
    }
  }

  /// The functions that a linear layer does not fuse.
  @Test(arguments: [.none, .gelu, .geluTanh, .relu, .tanh] as [Activation], [1, 7, 33_000])
  func activationsAgreeWithTheFormulas(_ activation: Activation, count: Int) throws {
    let reference = ReferenceBackend()
    let input = OpCase.Input("x", [count], in: -6...6)
    let exact = try reference.doubles(
      reference.activation(reference.upload(doubles: input.values, shape: input.shape), activation))
    for backend in Self.backends {
      let x = try backend.upload(doubles: input.values, shape: input.shape)
      let worst = worstRatio(try backend.read(backend.activation(x, activation)), exact) {
        16 * roundingUnit * input.values[$0].magnitude
      }
      #expect(worst <= 1, "\(activation) of \(count), \(backend.name), \(backend.threadCount) threads: \(worst)")
    }
  }

  @Test(arguments: OpCase.all) func threadCountChangesNoBit(_ op: OpCase) throws {
    for set in InstructionSet.available {
      let alone = try op.run(on: CPUBackend(instructionSet: set, threadCount: 1))
      for threadCount in [2, 3] {
        let shared = try op.run(on: CPUBackend(instructionSet: set, threadCount: threadCount))
        #expect(shared.output == alone.output, "\(op.name), \(set), \(threadCount) threads")
        #expect(shared.gradients == alone.gradients, "\(op.name), \(set), \(threadCount) threads")
      }
    }
  }

  /// A gradient is the same whether or not the others are asked for, and those are then not there.
  @Test(arguments: OpCase.all) func gradientsDoNotDependOnWhatElseIsAsked(_ op: OpCase) throws {
    let backends: [any Backend] = [ReferenceBackend(), try CPUBackend()]
    for backend in backends {
      let all = try op.run(on: backend)
      for index in op.inputs.indices {
        let one = try op.run(on: backend, tracked: [index])
        #expect(one.gradients[index] == all.gradients[index], "\(op.name): \(op.inputs[index].name), \(backend.name)")
        #expect(one.gradients.count { $0 != nil } == 1, "\(op.name), \(backend.name)")
      }
    }
  }
}
