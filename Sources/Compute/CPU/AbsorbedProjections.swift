internal import CKernels

/// The key and value projections of self-attention, ready for inference where few tokens ask: they are applied to the
/// queries' side, and no token gets a key or a value of its own.
///
/// The score of token x for a query q is q · (K x + b) = (Kᵀ q) · x + q · b, whose last term is the same for all tokens, so
/// that softmax doesn't see it. The context is Σ p (V x + c) = V (Σ p x) + c, since Σ p = 1. So each head of a query is
/// projected into the width of the hidden states and its mix of them back out: 4 C² operations a query of C columns and
/// 4 H C for each token that it asks, of H heads, beside 4 C² for each token. Where only the first token of a sentence asks,
/// as in a classifier's last layer, that is all but nothing.
///
/// Source: matrix absorption, DeepSeek-AI, "DeepSeek-V2", 2024, arXiv:2405.04434, section 2.1.2.
public struct AbsorbedProjections: Sendable {
  let columns: Int
  let headCount: Int
  let type: ck_type
  /// Of each head, one after the other: Kᵀ, `[headSize, C]`, and V, `[C, headSize]`, packed.
  let key: FloatStorage
  let value: FloatStorage
  let valueBias: FloatStorage?

  var headSize: Int { columns / headCount }
}

extension CPUBackend {
  /// Packs the weights `[C, C]` of both projections. Key's bias isn't asked for: it has no effect.
  ///
  /// - Throws: ``TensorError/countMismatch(op:expected:found:)`` when an array doesn't fit the sizes.
  public func absorbed(
    key: [Float], value: [Float], valueBias: [Float]?, headCount: Int
  ) throws(TensorError) -> AbsorbedProjections {
    // Both arrays are held during the calls.
    try unsafe key.withUnsafeBufferPointer { key throws(TensorError) in
      try unsafe value.withUnsafeBufferPointer { value throws(TensorError) in
        try unsafe absorbed(
          Weights(start: UInt(bitPattern: key.baseAddress), count: key.count),
          Weights(start: UInt(bitPattern: value.baseAddress), count: value.count), .f32, valueBias, headCount)
      }
    }
  }

  /// The same for weights where they are mapped, in one format, which is kept.
  ///
  /// - Precondition: both have that format.
  public func absorbed(
    storedKey key: StoredValues, value: StoredValues, valueBias: [Float]?, headCount: Int
  ) throws(TensorError) -> AbsorbedProjections {
    precondition(key.format == value.format, "\(key.format) and \(value.format)")
    defer { for part in [key, value] { part.bytes.releasePages() } }
    // Both mappings are held during the call.
    return try unsafe absorbed(
      Weights(start: key.address(of: 0), count: key.count), Weights(start: value.address(of: 0), count: value.count),
      key.format, valueBias, headCount)
  }

  /// An address, as a number, because tasks of other threads take it.
  private struct Weights {
    let start: UInt
    let count: Int
  }

  @unsafe private func absorbed(
    _ key: Weights, _ value: Weights, _ format: StoredValues.Format, _ valueBias: [Float]?, _ headCount: Int
  ) throws(TensorError) -> AbsorbedProjections {
    let columns = Int(Double(key.count).squareRoot().rounded())
    guard columns > 0, columns * columns == key.count, headCount > 0, columns.isMultiple(of: headCount) else {
      throw .countMismatch(op: "absorb, key", expected: columns * columns, found: key.count)
    }
    guard value.count == key.count else {
      throw .countMismatch(op: "absorb, value", expected: key.count, found: value.count)
    }
    if let valueBias, valueBias.count != columns {
      throw .countMismatch(op: "absorb, value's bias", expected: columns, found: valueBias.count)
    }
    let size = columns / headCount
    // Bytes of one head's panels.
    let panels = (
      key: table.gemm_packed_count(columns, size) * format.bytes,
      value: table.gemm_packed_count(size, columns) * format.bytes
    )
    let packedKey = FloatStorage(byteCount: headCount * panels.key, weights: weightMemory)
    let packedValue = FloatStorage(byteCount: headCount * panels.value, weights: weightMemory)
    let targets = unsafe (key: UInt(bitPattern: packedKey.start), value: UInt(bitPattern: packedValue.start))
    withExtendedLifetime((packedKey, packedValue)) {
      workers.run(headCount) { head, _ in
        let offset = UInt(head * size * columns * format.bytes)
        // A head's rows lie inside of both weights; each head has a place of its own in both targets. Element (p, j) of Kᵀ is
        // row p of the key's; of V, row j of the value's.
        unsafe packPanels(
          0..<panelCount(columns), n: columns, k: size, format, from: key.start + offset, nStride: 1, kStride: columns,
          to: targets.key + UInt(head * panels.key))
        unsafe packPanels(
          0..<panelCount(size), n: size, k: columns, format, from: value.start + offset, nStride: columns, kStride: 1,
          to: targets.value + UInt(head * panels.value))
      }
    }
    return AbsorbedProjections(
      columns: columns, headCount: headCount, type: format.kernel, key: packedKey, value: packedValue,
      valueBias: try storage(of: valueBias))
  }

  private func panelCount(_ columns: Int) -> Int { (columns + table.gemm_nr - 1) / table.gemm_nr }
}
