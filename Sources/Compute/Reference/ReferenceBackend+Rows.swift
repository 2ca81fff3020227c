extension ReferenceBackend {
  /// s = x + residual,  m = Σ_j s[j] / C,  r = 1 / sqrt(Σ_j (s[j] - m)² / C + ε),  y[j] = scale[j] (s[j] - m) r + shift[j]
  public func layerNorm(
    _ x: Tensor, residual: Tensor?, scale: Tensor, shift: Tensor, epsilon: Float
  ) throws(TensorError) -> LayerNormOutput {
    let (rows, columns) = (x.shape.rows, x.shape.last)
    let sum = if let residual { try add(x, residual) } else { x }
    let s = try values(sum, "layerNorm")
    let gain = try values(scale, "layerNorm")
    let offset = try values(shift, "layerNorm")
    var y = zeros(x.shape)
    var mean = zeros([rows])
    var inverse = zeros([rows])
    for i in 0..<rows {
      let row = s[i * columns..<(i + 1) * columns]
      mean[i] = row.reduce(0, +) / Double(columns)
      let variance = row.reduce(0) { $0 + ($1 - mean[i]) * ($1 - mean[i]) } / Double(columns)
      inverse[i] = 1 / (variance + Double(epsilon)).squareRoot()
      for j in 0..<columns { y[i * columns + j] = gain[j] * (s[i * columns + j] - mean[i]) * inverse[i] + offset[j] }
    }
    return LayerNormOutput(
      output: tensor(y, x.shape), sum: sum, mean: tensor(mean, [rows]), inverseDeviation: tensor(inverse, [rows]))
  }

  /// With h[j] = (s[j] - m) r and g[j] = dy[j] scale[j], means over the row:
  ///
  ///     ds[j] = r (g[j] - mean(g) - h[j] mean(g h)),  dscale[j] = Σ_rows dy[j] h[j],  dshift[j] = Σ_rows dy[j]
  public func layerNormVJP(
    _ dy: Tensor, scale: Tensor, saved: LayerNormOutput
  ) throws(TensorError) -> LayerNormGradients {
    let (rows, columns) = (dy.shape.rows, dy.shape.last)
    let upstream = try values(dy, "layerNormVJP")
    let s = try values(saved.sum, "layerNormVJP")
    let gain = try values(scale, "layerNormVJP")
    let mean = try values(saved.mean, "layerNormVJP")
    let inverse = try values(saved.inverseDeviation, "layerNormVJP")
    var ds = zeros(dy.shape)
    var dScale = zeros([columns])
    var dShift = zeros([columns])
    for i in 0..<rows {
      let start = i * columns
      let h = (0..<columns).map { (s[start + $0] - mean[i]) * inverse[i] }
      let g = (0..<columns).map { upstream[start + $0] * gain[$0] }
      let meanG = g.reduce(0, +) / Double(columns)
      let meanGH = zip(g, h).reduce(0) { $0 + $1.0 * $1.1 } / Double(columns)
      for j in 0..<columns {
        ds[start + j] = inverse[i] * (g[j] - meanG - h[j] * meanGH)
        dScale[j] += upstream[start + j] * h[j]
        dShift[j] += upstream[start + j]
      }
    }
    return LayerNormGradients(
      sum: tensor(ds, dy.shape), scale: tensor(dScale, [columns]), shift: tensor(dShift, [columns]))
  }

  /// y[t] = word[words[t]] + position[positions[t]] + type[types[t]]
  public func embedding(
    _ tokens: TokenIndices, word: Tensor, position: Tensor, type: Tensor
  ) throws(TensorError) -> Tensor {
    var y = try selectRows(word, tokens.words.map(Int.init))
    y = try add(y, selectRows(position, tokens.positions.map(Int.init)))
    return try add(y, selectRows(type, tokens.types.map(Int.init)))
  }

  /// dtable[r] = Σ of dy[t] over the tokens t that looked r up.
  public func embeddingVJP(
    _ dy: Tensor, _ tokens: TokenIndices, wordRows: Int, positionRows: Int, typeRows: Int
  ) throws(TensorError) -> EmbeddingGradients {
    EmbeddingGradients(
      word: try selectRowsVJP(dy, tokens.words.map(Int.init), rowCount: wordRows),
      position: try selectRowsVJP(dy, tokens.positions.map(Int.init), rowCount: positionRows),
      type: try selectRowsVJP(dy, tokens.types.map(Int.init), rowCount: typeRows))
  }

  /// y[t] = x[rows[t]]
  public func selectRows(_ x: Tensor, _ rows: [Int]) throws(TensorError) -> Tensor {
    let columns = x.shape.last
    let a = try values(x, "selectRows")
    return tensor(rows.flatMap { a[$0 * columns..<($0 + 1) * columns] }, [rows.count, columns])
  }

  /// dx[r] = Σ of dy[t] over the t with rows[t] = r.
  public func selectRowsVJP(_ dy: Tensor, _ rows: [Int], rowCount: Int) throws(TensorError) -> Tensor {
    let columns = dy.shape.last
    let upstream = try values(dy, "selectRowsVJP")
    var dx = zeros([rowCount, columns])
    for (index, row) in rows.enumerated() {
      for j in 0..<columns { dx[row * columns + j] += upstream[index * columns + j] }
    }
    return tensor(dx, [rowCount, columns])
  }
}
