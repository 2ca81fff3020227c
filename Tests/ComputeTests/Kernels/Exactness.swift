package import Compute
import Testing

/// The distance of `found` from `exact` in units of the last place of `exact` as a Float.
func ulps(_ found: Float, _ exact: Double) -> Double {
  if found.isNaN || exact.isNaN { return found.isNaN && exact.isNaN ? 0 : .infinity }
  let nearest = Float(exact)
  if found == nearest { return 0 }
  let unit = Double(max(nearest.magnitude.ulp, Float.leastNormalMagnitude.ulp))
  return (Double(found) - exact).magnitude / unit
}

/// The largest `|found - exact| / allowed`; at most 1 when all are within what is allowed.
func worstRatio(_ found: [Float], _ exact: [Double], allowed: (Int) -> Double) -> Double {
  var worst = 0.0
  for i in exact.indices {
    let error = (Double(found[i]) - exact[i]).magnitude
    worst = error.isNaN ? .infinity : max(worst, error / allowed(i))
  }
  return worst
}

/// Half the distance from 1 to the next Float: the largest relative error of one rounding.
let roundingUnit = Double(Float.ulpOfOne) / 2

/// The kernels of each instruction set that this machine has.
let availableKernels: [KernelSet] = InstructionSet.available.compactMap { KernelSet($0) }

/// The same with both versions of their products of floats, where a set has two, of which a processor uses one.
let productKernels: [KernelSet] = InstructionSet.available.flatMap { set in
  (set == .scalar ? [false] : [false, true]).compactMap { KernelSet(set, fetching: $0) }
}

/// Whether what `run` gives is the same, to the last bit, for each of some kernels.
func agree<Result: Equatable>(
  _ kernels: [KernelSet] = availableKernels, _ run: (KernelSet) throws -> Result
) rethrows -> Bool {
  let results = try kernels.map(run)
  return results.allSatisfy { $0 == results.first }
}

/// Sizes about `width`: none, one, one less and more, three times, odd ones.
func sizes(about width: Int) -> [Int] {
  Set([0, 1, 2, 3, width - 1, width, width + 1, 3 * width, 3 * width + 5, 101]).sorted()
}

extension KernelSet: CustomTestStringConvertible {
  package var testDescription: String { instructionSet.rawValue }
}
