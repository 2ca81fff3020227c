internal import CKernels

// In this file, a range lies inside of 0..<count of tensors of one shape, and `keeping` holds their memory.

extension CPUBackend {
  public func sumOfSquares(_ x: Tensor) throws(TensorError) -> Double {
    let source = if let sparse = x.storage as? SparseRows { sparse.values } else { try floats(x, "sumOfSquares") }
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
    let state = AdamWState(
      weight: try uniqueFloats(&weight), firstMoment: try uniqueFloats(&firstMoment),
      secondMoment: try uniqueFloats(&secondMoment))
    let arguments = ck_adamw_args(step)
    if let sparse = gradient.storage as? SparseRows { return adamW(state, sparse, arguments) }
    let slope = try floats(gradient, "adamW")
    split(slope.count, grain: Self.elementGrain, keeping: state.storages + [slope]) { range in
      unsafe state.update(range, slope.start + range.lowerBound, arguments, table)
    }
  }

  /// The same of a table's rows. A row that has met no gradient yet, whose moments are zeros, decays and no more: its
  /// bits are those of a step by a gradient of zeros.
  private func adamW(_ state: AdamWState, _ gradient: SparseRows, _ arguments: ck_adamw_args) {
    let columns = gradient.columns
    let zeros = FloatStorage(count: columns, pool: memory)
    zeros.clear()
    let kept = 1 - arguments.learning_rate * arguments.weight_decay
    let keeping = state.storages + [gradient, zeros]
    split(
      state.weight.count / max(1, columns), grain: max(1, Self.elementGrain / max(1, columns)), rounding: 1,
      keeping: keeping
    ) { rows in
      var next = gradient.index(from: rows.lowerBound)
      for row in rows {
        let range = row * columns..<(row + 1) * columns
        if next < gradient.rows.count, Int(gradient.rows[next]) == row {
          unsafe state.update(range, gradient.values.start + next * columns, arguments, table)
          next += 1
        } else if !state.isAtRest(range, table) {
          unsafe state.update(range, zeros.start, arguments, table)
        } else if kept != 1 {
          let weights = unsafe state.weight.start + range.lowerBound
          unsafe table.scale_f32(columns, kept, weights, weights)
        }
      }
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

/// What a step changes, all of one count.
private struct AdamWState {
  let weight: FloatStorage
  let firstMoment: FloatStorage
  let secondMoment: FloatStorage

  var storages: [TensorStorage] { [weight, firstMoment, secondMoment] }

  /// - Parameter gradient: as many floats as `range`.
  @unsafe func update(
    _ range: Range<Int>, _ gradient: UnsafePointer<Float>, _ arguments: ck_adamw_args, _ kernels: ck_kernels
  ) {
    var arguments = arguments
    let start = range.lowerBound
    unsafe kernels.adamw_f32(
      range.count, &arguments, gradient, weight.start + start, firstMoment.start + start, secondMoment.start + start)
  }

  /// Whether all moments of a range are zeros. In Double no square of a float is.
  func isAtRest(_ range: Range<Int>, _ kernels: ck_kernels) -> Bool {
    for moment in [secondMoment, firstMoment] {
      let start = unsafe moment.start + range.lowerBound
      // Mostly the first tells.
      guard unsafe range.isEmpty || start[0] == 0, unsafe kernels.sum_of_squares_f32(range.count, start) == 0 else {
        return false
      }
    }
    return true
  }
}

extension ck_adamw_args {
  fileprivate init(_ step: AdamWStep) {
    self.init()
    learning_rate = Float(step.learningRate)
    beta1 = Float(step.beta1)
    beta2 = Float(step.beta2)
    epsilon = Float(step.epsilon)
    weight_decay = Float(step.weightDecay)
    bias_correction1 = Float(1 - power(step.beta1, step.step))
    bias_correction2 = Float(1 - power(step.beta2, step.step))
    gradient_scale = Float(step.gradientScale)
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
