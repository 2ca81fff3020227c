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

  public func sumOfSquares(_ x: Tensor) throws(TensorError) -> Double {
    let source = try floats(x, "sumOfSquares")
    // Parts of a fixed size, added in order: the sum does not depend on the number of threads.
    let part = 1 << 16
    let parts = (source.count + part - 1) / part
    let sums = FloatStorage(count: parts * 2, pool: memory)
    withExtendedLifetime((source, sums)) {
      workers.run(parts) { index, _ in
        let start = index * part
        // The part is clipped to the tensor, and there is a place for each part's sum.
        let sum = unsafe table.sum_of_squares_f32(min(part, source.count - start), source.start + start)
        // Two floats' room for each double.
        unsafe UnsafeMutableRawPointer(sums.start).storeBytes(of: sum, toByteOffset: index * 8, as: Double.self)
      }
    }
    return withExtendedLifetime(sums) {
      // Written above, all of them.
      (0..<parts).reduce(0) { $0 + (unsafe UnsafeRawPointer(sums.start).load(fromByteOffset: $1 * 8, as: Double.self)) }
    }
  }

  public func adamW(
    weight: inout Tensor, firstMoment: inout Tensor, secondMoment: inout Tensor, gradient: Tensor, step: AdamWStep
  ) throws(TensorError) {
    let slope = try floats(gradient, "adamW")
    let w = try uniqueFloats(&weight)
    let m = try uniqueFloats(&firstMoment)
    let v = try uniqueFloats(&secondMoment)
    var args = ck_adamw_args()
    args.learning_rate = Float(step.learningRate)
    args.beta1 = Float(step.beta1)
    args.beta2 = Float(step.beta2)
    args.epsilon = Float(step.epsilon)
    args.weight_decay = Float(step.weightDecay)
    args.bias_correction1 = Float(1 - power(step.beta1, step.step))
    args.bias_correction2 = Float(1 - power(step.beta2, step.step))
    args.gradient_scale = Float(step.gradientScale)
    let arguments = args
    split(slope.count, grain: Self.elementGrain, keeping: [slope, w, m, v]) { range in
      var args = arguments
      let start = range.lowerBound
      unsafe table.adamw_f32(
        range.count, &args, slope.start + start, w.start + start, m.start + start, v.start + start)
    }
  }

  /// The floats of a tensor that nobody else shares; copied first when somebody does.
  private func uniqueFloats(_ tensor: inout Tensor) throws(TensorError) -> FloatStorage {
    let isShared = !isKnownUniquelyReferenced(&tensor.storage)
    let present = try floats(tensor, "adamW")
    guard isShared else { return present }
    let copy = allocate(tensor.shape)
    // Both have the shape's count.
    unsafe copy.storage.start.update(from: present.start, count: present.count)
    tensor = copy.tensor
    return copy.storage
  }
}

/// base to a whole power, by squaring: the same on every platform.
func power(_ base: Double, _ exponent: Int) -> Double {
  var (result, factor, left) = (1.0, base, exponent)
  while left > 0 {
    if left & 1 == 1 { result *= factor }
    factor *= factor
    left >>= 1
  }
  return result
}
