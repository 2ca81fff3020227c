extension ReferenceBackend {
  /// y = activation(z),  z[i, j] = Σ_c x[i, c] w[j, c] + b[j]
  public func linear(
    _ x: Tensor, weight: Tensor, bias: Tensor?, activation: Activation
  ) throws(TensorError) -> LinearOutput {
    let (rows, columns, outputs) = (x.shape.rows, x.shape.last, weight.shape.rows)
    let x = try values(x, "linear")
    let w = try values(weight, "linear")
    var z = zeros([rows, outputs])
    if let bias {
      let b = try values(bias, "linear")
      for i in z.indices { z[i] = b[i % outputs] }
    }
    for i in 0..<rows {
      for j in 0..<outputs {
        for c in 0..<columns { z[i * outputs + j] += x[i * columns + c] * w[j * columns + c] }
      }
    }
    let sum = tensor(z, [rows, outputs])
    if activation == .none { return LinearOutput(output: sum, preactivation: nil) }
    return LinearOutput(output: try self.activation(sum, activation), preactivation: sum)
  }

  /// dx[i, c] = Σ_j dz[i, j] w[j, c],  dw[j, c] = Σ_i dz[i, j] x[i, c],  db[j] = Σ_i dz[i, j]
  public func linearVJP(
    _ dy: Tensor, x: Tensor, weight: Tensor, needs: LinearNeeds
  ) throws(TensorError) -> LinearGradients {
    let (rows, columns, outputs) = (x.shape.rows, x.shape.last, weight.shape.rows)
    let dz = try values(dy, "linearVJP")
    let a = try values(x, "linearVJP")
    let w = try values(weight, "linearVJP")
    var dx = zeros(x.shape)
    var dw = zeros(weight.shape)
    var db = zeros([outputs])
    for i in 0..<rows {
      for j in 0..<outputs {
        let g = dz[i * outputs + j]
        db[j] += g
        for c in 0..<columns {
          dx[i * columns + c] += g * w[j * columns + c]
          dw[j * columns + c] += g * a[i * columns + c]
        }
      }
    }
    return LinearGradients(
      input: needs.input ? tensor(dx, x.shape) : nil, weight: needs.weight ? tensor(dw, weight.shape) : nil,
      bias: needs.bias ? tensor(db, [outputs]) : nil)
  }
}
