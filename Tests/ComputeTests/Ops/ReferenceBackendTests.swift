import CKernels
import Compute
import TestSupport
import Testing

/// What of a backend is not on the tape, and what the reference promises beyond the formulas.
@Suite struct ReferenceBackendTests {
  private let reference = ReferenceBackend()

  @Test func holdsDoubles() throws {
    let third = 1.0 / 3
    let tensor = try reference.upload(doubles: [third, -third], shape: [2])
    #expect(try reference.doubles(tensor) == [third, -third])
    #expect(try reference.read(tensor) == [Float(third), -Float(third)])
    #expect(throws: TensorError.countMismatch(op: "upload", expected: 3, found: 2)) {
      try reference.upload([1, 2], shape: [3])
    }
  }

  @Test func refusesTensorsOfOthers() throws {
    let cpu = try CPUBackend(threadCount: 1)
    let foreign = try cpu.upload([1], shape: [1])
    #expect(throws: TensorError.foreignTensor(op: "add", backend: "reference")) { try reference.add(foreign, foreign) }
    let ours = try reference.upload([1], shape: [1])
    #expect(throws: TensorError.foreignTensor(op: "read", backend: cpu.name)) { try cpu.read(ours) }
  }

  /// The words of its own generator are the C generator's, whose known answers are tested.
  @Test(arguments: [0, 1, 0x299f_31d0_a409_3822, .max] as [UInt64])
  func dropsByTheCommonWords(_ number: UInt64) {
    let stream = DropoutStream(seed: number, stream: ~number, probability: 0.25)
    for index in [0, 1, 2, 3, 4, 0x3_ffff_fffd, .max] as [UInt64] {
      let halves = [index / 4, (index / 4) >> 32, ~number, ~number >> 32].map { UInt32(truncatingIfNeeded: $0) }
      var words = [UInt32](repeating: 0, count: 4)
      ck_philox4x32_10(halves, [UInt32(truncatingIfNeeded: number), UInt32(number >> 32)], &words)
      let word = words[Int(index % 4)]
      #expect(stream.word(at: index) == word)
      #expect(stream.factor(at: index) == (word < 1 << 30 ? 0 : 1 / 0.75))
    }
  }

  /// Probabilities whose threshold rounds to nothing, or beyond 32 bits.
  @Test func extremeProbabilitiesAreTaken() {
    #expect(DropoutStream(seed: 1, stream: 1, probability: 0).factor(at: 5) == 1)
    #expect(DropoutStream(seed: 1, stream: 1, probability: 1e-12).factor(at: 5) == 1)
    #expect(DropoutStream(seed: 1, stream: 1, probability: 1 - 0x1p-40).factor(at: 5) == 0)
  }

  @Test(arguments: OpTests.backends, [1, 7, 66_000]) func sumOfSquares(_ backend: CPUBackend, count: Int) throws {
    var random = SeededGenerator(state: UInt64(count))
    let x = random.floats(count, in: -3...3)
    let exact = try reference.sumOfSquares(reference.upload(x, shape: [count]))
    let found = try backend.sumOfSquares(backend.upload(x, shape: [count]))
    // Squares of Floats are exact in Double, and so nearly is their sum.
    #expect((found - exact).magnitude <= 1e-12 * exact, "\(backend.name)")
  }

  @Test(arguments: OpTests.backends, [1, 7, 33_000]) func adamW(_ backend: CPUBackend, count: Int) throws {
    func threeSteps(_ backend: any Backend) throws -> [[Double]] {
      var random = SeededGenerator(state: UInt64(count))
      var weight = try backend.upload(random.floats(count), shape: [count])
      let zero = try backend.upload([Float](repeating: 0, count: count), shape: [count])
      var (first, second) = (zero, zero)
      for step in 1...3 {
        let gradient = try backend.upload(random.floats(count, in: -0.1...0.1), shape: [count])
        try backend.adamW(
          weight: &weight, firstMoment: &first, secondMoment: &second, gradient: gradient,
          step: AdamWStep(learningRate: 1e-2, weightDecay: 0.1, step: step, gradientScale: 0.5))
      }
      #expect(try backend.doubles(zero).allSatisfy { $0 == 0 })
      return [try backend.doubles(weight), try backend.doubles(first), try backend.doubles(second)]
    }
    let exact = try threeSteps(reference)
    let found = try threeSteps(backend)
    // 1 - β2 is 0.001 to 24 bits of β2: 3e-5 of it. A step moves a weight by about the learning rate.
    let allowed = [3e-7 + 3 * 1e-2 * 3e-5, 1e-8, 2.5e-3 * 3e-5 * 3]
    for (part, name) in ["weight", "first moment", "second moment"].enumerated() {
      let worst = worstRatio(found[part].map { Float($0) }, exact[part]) { _ in allowed[part] }
      #expect(worst <= 1, "\(name), \(backend.name): \(worst)")
    }
  }
}
