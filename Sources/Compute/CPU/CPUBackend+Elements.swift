internal import CKernels

// In this file, a range lies inside of 0..<count of tensors of one shape, and `keeping` holds their memory.

extension CPUBackend {
  public func activation(_ x: Tensor, _ activation: Activation) throws(TensorError) -> Tensor {
    let source = try floats(x, "activation")
    let y = allocate(x.shape)
    split(source.count, grain: Self.elementGrain, keeping: [source, y.storage]) { range in
      unsafe table.activation_f32(
        range.count, activation.kernel, source.start + range.lowerBound, y.storage.start + range.lowerBound)
    }
    return y.tensor
  }

  public func activationVJP(_ dy: Tensor, x: Tensor, _ activation: Activation) throws(TensorError) -> Tensor {
    let upstream = try floats(dy, "activationVJP")
    let source = try floats(x, "activationVJP")
    let dx = allocate(x.shape)
    split(source.count, grain: Self.elementGrain, keeping: [source, upstream, dx.storage]) { range in
      let start = range.lowerBound
      unsafe table.activation_vjp_f32(
        range.count, activation.kernel, upstream.start + start, source.start + start, dx.storage.start + start)
    }
    return dx.tensor
  }

  public func dropout(_ x: Tensor, _ stream: DropoutStream) throws(TensorError) -> Tensor {
    let source = try floats(x, "dropout")
    let y = allocate(x.shape)
    split(source.count, grain: Self.elementGrain, keeping: [source, y.storage]) { range in
      var parameters = stream.kernel
      unsafe table.dropout_f32(
        range.count, &parameters, UInt64(range.lowerBound), source.start + range.lowerBound,
        y.storage.start + range.lowerBound)
    }
    return y.tensor
  }

  public func add(_ a: Tensor, _ b: Tensor) throws(TensorError) -> Tensor {
    if let first = a.storage as? SparseRows, let second = b.storage as? SparseRows {
      return Tensor(shape: a.shape, storage: sum(first, second))
    }
    let first = try floats(a, "add")
    let second = try floats(b, "add")
    let y = allocate(a.shape)
    split(first.count, grain: Self.elementGrain, keeping: [first, second, y.storage]) { range in
      let start = range.lowerBound
      unsafe table.add_f32(range.count, first.start + start, second.start + start, y.storage.start + start)
    }
    return y.tensor
  }

  public func scale(_ x: Tensor, by factor: Float) throws(TensorError) -> Tensor {
    let source = try floats(x, "scale")
    let y = allocate(x.shape)
    split(source.count, grain: Self.elementGrain, keeping: [source, y.storage]) { range in
      unsafe table.scale_f32(
        range.count, factor, source.start + range.lowerBound, y.storage.start + range.lowerBound)
    }
    return y.tensor
  }
}
