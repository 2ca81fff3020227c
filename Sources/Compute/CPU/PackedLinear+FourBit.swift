internal import CKernels

extension CPUBackend {
  /// Packs the rows of several weights of four bits as one layer: four bits in memory, products exact in integers.
  ///
  /// Activations are quantised to s8 by the product itself, each token (row) by its own largest magnitude.
  ///
  /// - Throws: ``TensorError/countMismatch(op:expected:found:)`` when widths or groups differ, or the bias doesn't fit.
  public func packed(fourBit parts: [FourBitValues], bias: [Float]?, inputs: Int) throws(TensorError) -> PackedLinear {
    let group = parts.first?.group ?? 32
    for part in parts {
      guard part.columns == inputs else {
        throw .countMismatch(op: "pack, four bits", expected: inputs, found: part.columns)
      }
      guard part.group == group else {
        throw .countMismatch(op: "pack, four bits, group", expected: group, found: part.group)
      }
    }
    let outputs = try outputCount(parts.reduce(0) { $0 + $1.rows } * inputs, inputs: inputs, bias: bias)
    let panels = FloatStorage(
      count: (table.gemm_s4_packed_bytes(outputs, inputs, group) + 3) / 4, pool: memory)
    // A panel may reach over the border of two weights: rows are whole bytes, and are joined where there are several.
    var values: [UInt8] = []
    values.reserveCapacity(outputs * inputs / 2)
    for part in parts {
      part.bytes.withBytes { bytes in unsafe bytes.withUnsafeBytes { unsafe values.append(contentsOf: $0) } }
      part.bytes.releasePages()
    }
    pack(
      values, multipliers: parts.flatMap(\.multipliers), offsets: parts.flatMap(\.offsets),
      scales: parts.flatMap(\.scales), outputs: outputs, inputs: inputs, group: group, into: panels)
    var layer = PackedLinear(
      inputs: inputs, outputs: outputs, type: CK_TYPE_S4, panels: panels, bias: try storage(of: bias))
    layer.group = group
    return layer
  }

  private func pack(
    _ values: [UInt8], multipliers: [UInt8], offsets: [UInt8], scales: [Float], outputs: Int, inputs: Int, group: Int,
    into panels: FloatStorage
  ) {
    let count = (outputs + table.gemm_s8_nr - 1) / table.gemm_s8_nr
    let target = unsafe UnsafeMutableRawPointer(panels.start).assumingMemoryBound(to: Int8.self)
    // The arrays have the counts that FourBitValues promises, and outlive the tasks; each panel is one task's own.
    unsafe values.withUnsafeBufferPointer { values in
      unsafe multipliers.withUnsafeBufferPointer { multipliers in
        unsafe offsets.withUnsafeBufferPointer { offsets in
          unsafe scales.withUnsafeBufferPointer { scales in
            let weights = unsafe ck_weights_s4(
              n: outputs, k: inputs, group: group, values: values.baseAddress, multipliers: multipliers.baseAddress,
              offsets: offsets.baseAddress, scales: scales.baseAddress)
            split(count, grain: 1, rounding: 1, keeping: [panels]) { range in
              var weights = unsafe weights
              unsafe table.gemm_s4_pack_b(&weights, range.lowerBound, range.upperBound, target)
            }
          }
        }
      }
    }
  }
}
