internal import CKernels

extension CPUBackend {
  /// Packs the rows of several quantised `[outputs, inputs]` weights as one layer, whose products are exact in integers.
  ///
  /// Activations are quantised to s8 by the product itself, each token (row) by its own largest magnitude.
  ///
  /// - Throws: ``TensorError/countMismatch(op:expected:found:)`` when widths differ or the bias doesn't fit.
  public func packed(quantized parts: [QuantizedValues], bias: [Float]?, inputs: Int) throws(TensorError)
    -> PackedLinear
  {
    for part in parts where part.columns != inputs {
      throw .countMismatch(op: "pack, quantised", expected: inputs, found: part.columns)
    }
    let outputs = try outputCount(parts.reduce(0) { $0 + $1.rows } * inputs, inputs: inputs, bias: bias)
    let bytes = table.gemm_s8_packed_bytes(outputs, inputs)
    let panels = FloatStorage(count: (bytes + 3) / 4, pool: memory)
    let scales = parts.flatMap(\.scales)
    // Rows of one tensor lie in its mapping; several are joined first, as panels may reach over their borders.
    if parts.count == 1 {
      withExtendedLifetime(parts[0]) {
        if let start = unsafe parts[0].start { unsafe pack(start, scales, outputs, inputs, into: panels) }
      }
    } else {
      var joined: [Int8] = []
      joined.reserveCapacity(outputs * inputs)
      for part in parts {
        part.bytes.withBytes { bytes in
          unsafe bytes.withUnsafeBytes { unsafe joined.append(contentsOf: $0.bindMemory(to: Int8.self)) }
        }
      }
      unsafe joined.withUnsafeBufferPointer { values in
        if let start = values.baseAddress { unsafe pack(start, scales, outputs, inputs, into: panels) }
      }
    }
    for part in parts { part.bytes.releasePages() }
    return PackedLinear(
      inputs: inputs, outputs: outputs, type: CK_TYPE_S8, panels: panels, bias: try storage(of: bias))
  }

  /// The same of rows in memory.
  ///
  /// - Throws: ``TensorError/countMismatch(op:expected:found:)`` when widths differ, a row has several steps, or the bias
  ///   doesn't fit.
  public func packed(rows parts: [QuantizedMatrix], bias: [Float]?, inputs: Int) throws(TensorError) -> PackedLinear {
    for part in parts where part.columns != inputs || part.groupCount != 1 {
      throw .countMismatch(op: "pack, rows", expected: inputs, found: part.groupSize)
    }
    let outputs = try outputCount(parts.reduce(0) { $0 + $1.rows } * inputs, inputs: inputs, bias: bias)
    let panels = FloatStorage(count: (table.gemm_s8_packed_bytes(outputs, inputs) + 3) / 4, pool: memory)
    let values = parts.count == 1 ? parts[0].values : parts.flatMap(\.values)
    let steps = parts.flatMap(\.steps)
    // The array is held until the panels are packed, and has outputs x inputs elements.
    unsafe values.withUnsafeBufferPointer { values in
      if let start = values.baseAddress { unsafe pack(start, steps, outputs, inputs, into: panels) }
    }
    return PackedLinear(
      inputs: inputs, outputs: outputs, type: CK_TYPE_S8, panels: panels, bias: try storage(of: bias))
  }

  /// Packs `outputs x inputs` values at `start`, which the caller keeps alive.
  @unsafe private func pack(
    _ start: UnsafePointer<Int8>, _ scales: [Float], _ outputs: Int, _ inputs: Int, into panels: FloatStorage
  ) {
    let count = (outputs + table.gemm_s8_nr - 1) / table.gemm_s8_nr
    let target = unsafe UnsafeMutableRawPointer(panels.start).assumingMemoryBound(to: Int8.self)
    unsafe scales.withUnsafeBufferPointer { scales in
      guard let first = scales.baseAddress else { return }
      // One task a panel: `panels` has packed_bytes, and each panel is one task's own.
      split(count, grain: 1, rounding: 1, keeping: [panels]) { range in
        unsafe table.gemm_s8_pack_b(outputs, inputs, start, first, range.lowerBound, range.upperBound, target)
      }
    }
  }
}
