import CKernels
import Compute
import Foundation
import TestSupport
import Testing

/// The activations' formulas in double.
func exactActivation(_ activation: ck_activation, _ x: Double) -> Double {
  switch activation {
  case CK_ACTIVATION_GELU: x * 0.5 * erfc(-x * 0.5.squareRoot())
  case CK_ACTIVATION_GELU_TANH: x / (1 + exp(-2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  case CK_ACTIVATION_RELU: max(x, 0)
  case CK_ACTIVATION_TANH: tanh(x)
  default: x
  }
}

func exactDerivative(_ activation: ck_activation, _ x: Double) -> Double {
  switch activation {
  case CK_ACTIVATION_GELU:
    return 0.5 * erfc(-x * 0.5.squareRoot()) + x * exp(-0.5 * x * x) / (2 * Double.pi).squareRoot()
  case CK_ACTIVATION_GELU_TANH:
    let c = (2 / Double.pi).squareRoot()
    let s = 1 / (1 + exp(-2 * c * (x + 0.044715 * x * x * x)))
    return s + x * s * (1 - s) * 2 * c * (1 + 3 * 0.044715 * x * x)
  case CK_ACTIVATION_RELU: return x > 0 ? 1 : 0
  case CK_ACTIVATION_TANH: return 1 - tanh(x) * tanh(x)
  default: return 1
  }
}

private let all = [
  CK_ACTIVATION_NONE, CK_ACTIVATION_GELU, CK_ACTIVATION_GELU_TANH, CK_ACTIVATION_RELU, CK_ACTIVATION_TANH,
]

/// Floats of both signs and of every size up to 100, dense where the functions bend.
private let samples: [Float] = {
  var values: [Float] = [0, -0.0, 0x1p-149, -0x1p-149, 1e-38, -1e-38, 100, -100, 12.9, -12.9, 13, -13, 0.625, -0.625]
  values += stride(from: Float(-15), through: 15, by: 0.00037)
  values += stride(from: UInt32(0), to: Float(100).bitPattern, by: 60_013).flatMap {
    [Float(bitPattern: $0), -Float(bitPattern: $0)]
  }
  return values
}()

@Suite struct ActivationKernelTests {
  private func run(_ kernels: KernelSet, _ activation: ck_activation, _ x: [Float]) -> [Float] {
    let x = GuardedBuffer(x), y = GuardedBuffer(count: x.count)
    kernels.table.activation_f32(x.count, activation, x.pointer, y.pointer)
    #expect(areIntact(x, y))
    return y.values
  }

  private func runVJP(_ kernels: KernelSet, _ activation: ck_activation, dy: [Float], x: [Float]) -> [Float] {
    let x = GuardedBuffer(x), dy = GuardedBuffer(dy), dx = GuardedBuffer(count: x.count)
    kernels.table.activation_vjp_f32(x.count, activation, dy.pointer, x.pointer, dx.pointer)
    #expect(areIntact(x, dy, dx))
    return dx.values
  }

  /// Relative to the larger of the result and half of the argument: what a distribution function in floats leaves.
  @Test(arguments: availableKernels) func geluIsAccurateOnTheWholeLine(_ kernels: KernelSet) {
    let found = run(kernels, CK_ACTIVATION_GELU, samples)
    var worst = 0.0
    for (x, y) in zip(samples, found) {
      let exact = exactActivation(CK_ACTIVATION_GELU, Double(x))
      if x <= -5.6 {
        #expect(y == 0 && exact.magnitude < 6.1e-8, "\(x)")
        continue
      }
      let half = (x / 2).magnitude
      worst = max(
        worst, exact.magnitude >= Double(half) ? ulps(y, exact) : (Double(y) - exact).magnitude / Double(half.ulp))
    }
    #expect(worst <= 4)
  }

  @Test(arguments: availableKernels) func tanhIsAccurate(_ kernels: KernelSet) {
    let found = run(kernels, CK_ACTIVATION_TANH, samples)
    let worst = zip(samples, found).map { ulps($1, tanh(Double($0))) }.max() ?? 0
    #expect(worst <= 3)
  }

  @Test(arguments: availableKernels) func geluTanhIsAccurateForItsArgument(_ kernels: KernelSet) {
    let found = run(kernels, CK_ACTIVATION_GELU_TANH, samples)
    let worst = worstRatio(found, samples.map { exactActivation(CK_ACTIVATION_GELU_TANH, Double($0)) }) {
      let x = Double(samples[$0])
      return 8 * roundingUnit * max(exactActivation(CK_ACTIVATION_GELU_TANH, x).magnitude, x.magnitude / 32) + 1e-44
    }
    #expect(worst <= 1)
  }

  @Test(arguments: availableKernels) func reluIsExact(_ kernels: KernelSet) {
    #expect(run(kernels, CK_ACTIVATION_RELU, samples) == samples.map { max($0, 0) })
    #expect(run(kernels, CK_ACTIVATION_NONE, samples) == samples)
  }

  @Test(arguments: availableKernels) func derivativesAgreeWithDouble(_ kernels: KernelSet) {
    var generator = SeededGenerator(state: 2)
    let dy = generator.floats(samples.count)
    for activation in all {
      let found = runVJP(kernels, activation, dy: dy, x: samples)
      let exact = zip(dy, samples).map { Double($0) * exactDerivative(activation, Double($1)) }
      let worst = worstRatio(found, exact) { 8 * roundingUnit * Double(dy[$0]).magnitude + 1e-44 }
      #expect(worst <= 1, "activation \(activation.rawValue): \(worst)")
    }
  }

  @Test(arguments: availableKernels) func extremesDoNotTurnIntoNaN(_ kernels: KernelSet) {
    let extremes: [Float] = [.greatestFiniteMagnitude, -.greatestFiniteMagnitude, 1e20, -1e20, 1e10, -1e10, 90, -90]
    for activation in all {
      for (x, y) in zip(extremes, run(kernels, activation, extremes)) {
        let expected: Float
        switch activation {
        case CK_ACTIVATION_NONE: expected = x
        case CK_ACTIVATION_TANH: expected = x > 0 ? 1 : -1
        default: expected = max(x, 0)
        }
        #expect(y == expected || (y.magnitude < 1e-35 && expected == 0), "activation \(activation.rawValue) of \(x)")
      }
      for (x, d) in zip(extremes, runVJP(kernels, activation, dy: [Float](repeating: 1, count: 8), x: extremes)) {
        let expected = exactDerivative(activation, max(-30, min(30, Double(x))))
        #expect((Double(d) - expected).magnitude < 1e-6, "derivative \(activation.rawValue) at \(x)")
      }
      #expect(run(kernels, activation, [.nan])[0].isNaN)
    }
    #expect(run(kernels, CK_ACTIVATION_GELU, [.infinity]) == [.infinity])
  }

  @Test func setsAgreeBitForBit() {
    var generator = SeededGenerator(state: 5)
    let dy = generator.floats(samples.count)
    for activation in all {
      let forward = agree { run($0, activation, samples).map(\.bitPattern) }
      #expect(forward, "activation \(activation.rawValue)")
      let backward = agree { runVJP($0, activation, dy: dy, x: samples).map(\.bitPattern) }
      #expect(backward, "derivative \(activation.rawValue)")
    }
  }

  @Test(arguments: availableKernels) func anElementDoesNotDependOnItsPlace(_ kernels: KernelSet) {
    var generator = SeededGenerator(state: 3)
    let x = generator.floats(101, in: -6...6), dy = generator.floats(101)
    for activation in all {
      let whole = run(kernels, activation, x), wholeVJP = runVJP(kernels, activation, dy: dy, x: x)
      for size in sizes(about: 16) {
        for begin in [0, 1, 7] where begin + size <= 101 {
          let range = begin..<begin + size
          #expect(run(kernels, activation, Array(x[range])).map(\.bitPattern) == whole[range].map(\.bitPattern))
          let part = runVJP(kernels, activation, dy: Array(dy[range]), x: Array(x[range]))
          #expect(part.map(\.bitPattern) == wholeVJP[range].map(\.bitPattern))
        }
      }
    }
  }
}
