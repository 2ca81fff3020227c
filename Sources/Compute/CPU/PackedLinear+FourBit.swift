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
      byteCount: table.gemm_s4_packed_bytes(outputs, inputs, group), weights: weightMemory)
    // Rows of one tensor lie in its mapping; several are joined first, as panels may reach over their borders. Rows are
    // whole bytes.
    if parts.count == 1 {
      withExtendedLifetime(parts[0]) { unsafe parts[0].withKernelWeights { unsafe pack($0, into: panels) } }
    } else {
      var values: [UInt8] = []
      values.reserveCapacity(outputs * inputs / 2)
      for part in parts {
        part.bytes.withBytes { bytes in unsafe bytes.withUnsafeBytes { unsafe values.append(contentsOf: $0) } }
      }
      unsafe values.withUnsafeBufferPointer { values in
        unsafe FourBitValues.withKernelWeights(
          values.baseAddress, scales: parts.flatMap(\.scales), multipliers: parts.flatMap(\.multipliers),
          offsets: parts.flatMap(\.offsets), columns: inputs, group: group
        ) { unsafe pack($0, into: panels) }
      }
    }
    for part in parts { part.bytes.releasePages() }
    var layer = PackedLinear(
      inputs: inputs, outputs: outputs, type: CK_TYPE_S4, panels: panels, bias: try storage(of: bias))
    layer.group = group
    return layer
  }

  /// Packs weights, which the caller keeps alive.
  @unsafe private func pack(_ weights: UnsafePointer<ck_weights_s4>, into panels: FloatStorage) {
    let weights = unsafe weights.pointee
    let count = unsafe (weights.n + table.gemm_s8_nr - 1) / table.gemm_s8_nr
    let target = unsafe UnsafeMutableRawPointer(panels.start).assumingMemoryBound(to: Int8.self)
    // One task a panel: `panels` has packed_bytes, and each panel is one task's own.
    split(count, grain: 1, rounding: 1, keeping: [panels]) { range in
      var weights = unsafe weights
      unsafe table.gemm_s4_pack_b(&weights, range.lowerBound, range.upperBound, target)
    }
  }
}
