import Compute
import Foundation

extension OpCase {
  /// Σ |terms| of layerNorm, with the names of layernorm_f32.c.
  ///
  /// With h = (s - m) r, an h is off by rounding errors of q[j] = r (|s[j]| + mean |s|) and, through r, of |h[j]| mean(q).
  static func layerNormSums(_ op: OpCase) -> OpResult {
    let columns = op.inputs[0].shape.last
    let x = op.inputs[0].values
    let scale = op.inputs[1].values.map(\.magnitude)
    let shift = op.inputs[2].values.map(\.magnitude)
    let residual = op.inputs.count > 3 ? op.inputs[3].values : x.map { _ in 0 }
    let dy = op.upstream.values.map(\.magnitude)
    var y = x
    var ds = x
    var dScale = scale.map { _ in 0.0 }
    var dShift = dScale
    for start in stride(from: 0, to: x.count, by: columns) {
      func mean(_ term: (Int) -> Double) -> Double { (0..<columns).reduce(0) { $0 + term($1) } / Double(columns) }
      let s = (0..<columns).map { x[start + $0] + residual[start + $0] }
      let terms = (0..<columns).map { x[start + $0].magnitude + residual[start + $0].magnitude }
      let m = mean { s[$0] }
      let r = 1 / (mean { (s[$0] - m) * (s[$0] - m) } + Double(layerNormEpsilon)).squareRoot()
      let meanTerms = mean { terms[$0] }
      let meanQ = r * 2 * meanTerms
      let h = s.map { (($0 - m) * r).magnitude }
      // |h| and what it is off by.
      let e = (0..<columns).map { h[$0] * (1 + meanQ) + r * (terms[$0] + meanTerms) }
      let g = (0..<columns).map { dy[start + $0] * scale[$0] }
      let meanG = mean { g[$0] }
      let meanGE = mean { g[$0] * e[$0] }
      for j in 0..<columns {
        y[start + j] = scale[j] * e[j] + shift[j]
        ds[start + j] = r * ((g[j] + meanG + h[j] * meanGE) * (1 + meanQ) + e[j] * meanGE)
        dScale[j] += dy[start + j] * e[j]
        dShift[j] += dy[start + j]
      }
    }
    return OpResult(output: y, gradients: [ds, dScale, dShift] + (op.inputs.count > 3 ? [ds] : []))
  }

  /// Σ |terms| of attention, with the names of attention_f32.c.
  ///
  /// A probability is off by rounding errors of p (1 + 2 S), S being the largest Σ_d |q k| scale of the row.
  static func attentionSums(
    _ op: OpCase, _ layout: SequenceLayout, _ queries: SequenceLayout, headCount: Int, dropoutProbability: Double
  ) -> OpResult {
    let stride = op.inputs[0].shape.last
    let size = stride / headCount
    let scale = 1 / Double(size).squareRoot()
    // A factor where it is not 0: taken for all, so that the sums are the same for every mask.
    let f = 1 / (1 - dropoutProbability)
    let (q, k, v) = (op.inputs[0].values, op.inputs[1].values, op.inputs[2].values.map(\.magnitude))
    let g = op.upstream.values.map(\.magnitude)
    var y = q.map { _ in 0.0 }
    var dq = y
    var dk = k.map { _ in 0.0 }
    var dv = dk
    for sequence in 0..<layout.sequenceCount {
      let rows = layout.offsets[sequence]..<layout.offsets[sequence + 1]
      for head in 0..<headCount {
        func dot(_ a: [Double], _ i: Int, _ b: [Double], _ j: Int) -> Double {
          (head * size..<(head + 1) * size).reduce(0) { $0 + a[i * stride + $1] * b[j * stride + $1] }
        }
        for i in queries.offsets[sequence]..<queries.offsets[sequence + 1] {
          let scores = rows.map { scale * dot(q, i, k, $0) }
          let logSum = log(scores.reduce(0) { $0 + exp($1) })
          let largest = rows.map { scale * dot(q.map(\.magnitude), i, k.map(\.magnitude), $0) }.max() ?? 0
          let p = scores.map { exp($0 - logSum) * (1 + 2 * largest) }
          let dp = rows.map { f * dot(g, i, v, $0) }
          let mean = zip(p, dp).reduce(0) { $0 + $1.0 * $1.1 }
          for (index, j) in rows.enumerated() {
            let ds = scale * p[index] * (dp[index] + mean)
            for d in head * size..<(head + 1) * size {
              y[i * stride + d] += f * p[index] * v[j * stride + d]
              dq[i * stride + d] += ds * k[j * stride + d].magnitude
              dk[j * stride + d] += ds * q[i * stride + d].magnitude
              dv[j * stride + d] += f * p[index] * g[i * stride + d]
            }
          }
        }
      }
    }
    return OpResult(output: y, gradients: [dq, dk, dv])
  }
}
