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
    let scales = parts.flatMap(\.scales)
    let packed: IntegerPanels
    // Rows of one tensor lie in its mapping; several are joined first, as panels may reach over their borders.
    if parts.count == 1 {
      packed = withExtendedLifetime(parts[0]) { unsafe pack(parts[0].start, scales, outputs, inputs) }
    } else {
      var joined: [Int8] = []
      joined.reserveCapacity(outputs * inputs)
      for part in parts {
        part.bytes.withBytes { bytes in
          unsafe bytes.withUnsafeBytes { unsafe joined.append(contentsOf: $0.bindMemory(to: Int8.self)) }
        }
      }
      packed = unsafe joined.withUnsafeBufferPointer { unsafe pack($0.baseAddress, scales, outputs, inputs) }
    }
    for part in parts { part.bytes.releasePages() }
    return PackedLinear(
      inputs: inputs, outputs: outputs, type: packed.type, panels: packed.panels, bias: try storage(of: bias))
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
    let values = parts.count == 1 ? parts[0].values : parts.flatMap(\.values)
    let steps = parts.flatMap(\.steps)
    // The array is held until the panels are packed, and has outputs x inputs elements.
    let packed = unsafe values.withUnsafeBufferPointer { unsafe pack($0.baseAddress, steps, outputs, inputs) }
    return PackedLinear(
      inputs: inputs, outputs: outputs, type: packed.type, panels: packed.panels, bias: try storage(of: bias))
  }

  private typealias IntegerPanels = (type: ck_type, panels: FloatStorage)

  /// Packs `outputs x inputs` values at `start`, which the caller keeps alive; nil if there are none.
  @unsafe private func pack(
    _ start: UnsafePointer<Int8>?, _ scales: [Float], _ outputs: Int, _ inputs: Int
  ) -> IntegerPanels {
    guard let start = unsafe start else { return (CK_TYPE_S8, FloatStorage(byteCount: 0, weights: weightMemory)) }
    let type = unsafe table.gemm_s8_type(outputs, inputs, start)
    let panels = FloatStorage(byteCount: table.gemm_s8_packed_bytes(outputs, inputs, type), weights: weightMemory)
    let count = (outputs + table.gemm_s8_nr - 1) / table.gemm_s8_nr
    let target = unsafe UnsafeMutableRawPointer(panels.start).assumingMemoryBound(to: Int8.self)
    unsafe scales.withUnsafeBufferPointer { scales in
      guard let first = scales.baseAddress else { return }
      // One task a panel: `panels` has packed_bytes, and each panel is one task's own.
      split(count, grain: 1, rounding: 1, keeping: [panels]) { range in
        unsafe table.gemm_s8_pack_b(outputs, inputs, type, start, first, range.lowerBound, range.upperBound, target)
      }
    }
    return (type, panels)
  }
}
