#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension ReferenceBackend {
  /// For tokens i, j of one sequence and the columns d of one head:
  ///
  ///     s[i, j] = Σ_d q[i, d] k[j, d] / sqrt(D),  l[i] = log Σ_j e^s[i, j],  p[i, j] = e^(s[i, j] - l[i])
  ///     y[i, d] = Σ_j f[i, j] p[i, j] v[j, d]
  ///
  /// f are the factors of dropout. Probabilities are numbered by sequence, head, i and j, those that nobody asks for too.
  public func attention(
    query: Tensor, key: Tensor, value: Tensor, layout: SequenceLayout, queries: SequenceLayout, headCount: Int,
    dropout: DropoutStream?
  ) throws(TensorError) -> AttentionOutput {
    let columns = query.shape.last
    let q = try values(query, "attention")
    let k = try values(key, "attention")
    let v = try values(value, "attention")
    var y = zeros(query.shape)
    var logSumExp = zeros([headCount, queries.tokenCount])
    for head in AttentionHead.all(layout, queries, headCount: headCount, columns: columns) {
      for i in head.queries {
        let (p, l) = head.probabilities(of: i, q, k)
        logSumExp[head.index * queries.tokenCount + i] = l
        for (j, p) in zip(head.rows, p) {
          let f = head.factor(i, j, dropout)
          for d in head.columns { y[i * columns + d] += f * p * v[j * columns + d] }
        }
      }
    }
    return AttentionOutput(
      context: tensor(y, query.shape), logSumExp: tensor(logSumExp, [headCount, queries.tokenCount]))
  }

  /// With dp[i, j] = f[i, j] Σ_d dy[i, d] v[j, d] and ds[i, j] = p[i, j] (dp[i, j] - Σ_j p[i, j] dp[i, j]) / sqrt(D):
  ///
  ///     dq[i] = Σ_j ds[i, j] k[j],  dk[j] = Σ_i ds[i, j] q[i],  dv[j] = Σ_i f[i, j] p[i, j] dy[i]
  public func attentionVJP(
    _ dy: Tensor, query: Tensor, key: Tensor, value: Tensor, output: AttentionOutput, layout: SequenceLayout,
    queries: SequenceLayout, headCount: Int, dropout: DropoutStream?
  ) throws(TensorError) -> AttentionGradients {
    let columns = query.shape.last
    let g = try values(dy, "attentionVJP")
    let q = try values(query, "attentionVJP")
    let k = try values(key, "attentionVJP")
    let v = try values(value, "attentionVJP")
    var dq = zeros(query.shape)
    var dk = zeros(key.shape)
    var dv = dk
    for head in AttentionHead.all(layout, queries, headCount: headCount, columns: columns) {
      for i in head.queries {
        let p = head.probabilities(of: i, q, k).p
        let f = head.rows.map { head.factor(i, $0, dropout) }
        let dp = zip(head.rows, f).map { j, f in
          f * head.columns.reduce(0) { $0 + g[i * columns + $1] * v[j * columns + $1] }
        }
        let mean = zip(p, dp).reduce(0) { $0 + $1.0 * $1.1 }
        for (index, j) in head.rows.enumerated() {
          let ds = p[index] * (dp[index] - mean) / Double(head.columns.count).squareRoot()
          for d in head.columns {
            dq[i * columns + d] += ds * k[j * columns + d]
            dk[j * columns + d] += ds * q[i * columns + d]
            dv[j * columns + d] += f[index] * p[index] * g[i * columns + d]
          }
        }
      }
    }
    return AttentionGradients(
      query: tensor(dq, query.shape), key: tensor(dk, key.shape), value: tensor(dv, key.shape))
  }
}

/// Where one head of one sequence lies in `[M, C]` and `[N, C]`, and in the numbering of the probabilities.
private struct AttentionHead {
  let index: Int
  let queries: Range<Int>
  let rows: Range<Int>
  let columns: Range<Int>
  let rowStride: Int
  /// The number of the probability (0, 0).
  let firstProbability: Int

  static func all(
    _ layout: SequenceLayout, _ queries: SequenceLayout, headCount: Int, columns: Int
  ) -> [AttentionHead] {
    var heads: [AttentionHead] = []
    var probability = 0
    let size = columns / headCount
    for sequence in 0..<layout.sequenceCount {
      let (begin, end) = (layout.offsets[sequence], layout.offsets[sequence + 1])
      for head in 0..<headCount {
        heads.append(
          AttentionHead(
            index: head, queries: queries.offsets[sequence]..<queries.offsets[sequence + 1], rows: begin..<end,
            columns: head * size..<(head + 1) * size, rowStride: columns,
            firstProbability: probability))
        probability += (end - begin) * (end - begin)
      }
    }
    return heads
  }

  /// Of a token's attention to all of its sequence, and the log of their denominator.
  func probabilities(of i: Int, _ q: [Double], _ k: [Double]) -> (p: [Double], logSumExp: Double) {
    let scores = rows.map { j in
      columns.reduce(0) { $0 + q[i * rowStride + $1] * k[j * rowStride + $1] } / Double(columns.count).squareRoot()
    }
    let largest = scores.max() ?? 0
    let logSumExp = largest + log(scores.reduce(0) { $0 + exp($1 - largest) })
    return (scores.map { exp($0 - logSumExp) }, logSumExp)
  }

  /// f[i, j]
  func factor(_ i: Int, _ j: Int, _ dropout: DropoutStream?) -> Double {
    guard let dropout else { return 1 }
    return dropout.factor(at: UInt64(firstProbability + (i - queries.lowerBound) * rows.count + j - rows.lowerBound))
  }
}
