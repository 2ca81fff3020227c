internal import CKernels

/// A linear layer made ready for inference: weights in the panels that the kernels read, in F32, F16, S8 or S4.
public struct PackedLinear: Sendable {
  public let inputs: Int
  public let outputs: Int
  let type: ck_type
  let panels: FloatStorage
  let bias: FloatStorage?
  /// By what activations are quantised; nil for a step of each token's own. Of S8 and S4 weights alone.
  var inputQuantization: InputQuantization?
  /// Inputs that share a step. Of S4 weights alone.
  var group = 0

  /// Whether the product multiplies its weights as the bytes that they are, where others are widened first: see
  /// `gemm_s8_pairs.c`. Numbers and memory are the same.
  package var multipliesPairs: Bool { type == CK_TYPE_S8_PAIRS }
}

extension CPUBackend {
  /// Packs the rows of several `[outputs, inputs]` weights as one layer.
  ///
  /// - Throws: ``TensorError/countMismatch(op:expected:found:)`` when an array doesn't fit the sizes.
  public func packed(weights: [[Float]], bias: [Float]?, inputs: Int) throws(TensorError) -> PackedLinear {
    let joined = weights.count == 1 ? weights[0] : weights.flatMap { $0 }
    let outputs = try outputCount(joined.count, inputs: inputs, bias: bias)
    // The array is held until the panels are packed, and has outputs x inputs elements.
    let panels = FloatStorage(
      byteCount: table.gemm_packed_count(outputs, inputs) * MemoryLayout<Float>.stride, weights: weightMemory)
    unsafe joined.withUnsafeBufferPointer { values in
      guard let start = values.baseAddress else { return }
      // Column j of weightᵀ is row j of the weights.
      let weights = unsafe Operand(unowned: start, rowStride: 1, columnStride: inputs)
      pack(weights, rows: inputs, columns: outputs, into: panels)
    }
    return PackedLinear(
      inputs: inputs, outputs: outputs, type: CK_TYPE_F32, panels: panels, bias: try storage(of: bias))
  }

  /// The same for weights where they are mapped, all of one format, which the panels keep: F16 is widened in the kernel.
  ///
  /// - Returns: nil when a weight but the last ends inside a panel, or formats differ; use `packed(weights:)` then.
  public func packed(stored parts: [StoredValues], bias: [Float]?, inputs: Int) throws(TensorError) -> PackedLinear? {
    guard let format = parts.first?.format, parts.allSatisfy({ $0.format == format }) else { return nil }
    let outputs = try outputCount(parts.reduce(0) { $0 + $1.count }, inputs: inputs, bias: bias)
    let panelColumns = table.gemm_nr
    let whole = inputs * panelColumns
    guard parts.dropLast().allSatisfy({ $0.count.isMultiple(of: whole) }) else { return nil }
    let panelBytes = whole * format.bytes
    let panels = (outputs + panelColumns - 1) / panelColumns
    let packed = FloatStorage(byteCount: panels * panelBytes, weights: weightMemory)
    var firstPanel = 0
    for part in parts {
      let count = (part.count + whole - 1) / whole
      let target = UInt(bitPattern: unsafe packed.start) + UInt(firstPanel * panelBytes)
      withExtendedLifetime((part, packed)) {
        workers.run(count) { panel, _ in
          // Source and target hold what the counts say, and are kept alive.
          unsafe packPanels(
            panel..<panel + 1, n: part.count / inputs, k: inputs, format, from: part.address(of: 0), nStride: inputs,
            kStride: 1, to: target)
        }
      }
      part.bytes.releasePages()
      firstPanel += count
    }
    return PackedLinear(
      inputs: inputs, outputs: outputs, type: format.kernel, panels: packed, bias: try storage(of: bias))
  }

  /// Packs some panels of b `[k, n]` into those at `target`: element (p, j) is p * kStride + j * nStride behind `source`.
  @unsafe func packPanels(
    _ panels: Range<Int>, n: Int, k: Int, _ format: StoredValues.Format, from source: UInt, nStride: Int, kStride: Int,
    to target: UInt
  ) {
    switch format {
    case .f32:
      guard let from = unsafe UnsafePointer<Float>(bitPattern: source),
        let to = unsafe UnsafeMutablePointer<Float>(bitPattern: target)
      else { return }
      unsafe table.gemm_pack_b_f32(n, k, from, nStride, kStride, panels.lowerBound, panels.upperBound, to)
    case .f16:
      guard let from = unsafe UnsafePointer<UInt16>(bitPattern: source),
        let to = unsafe UnsafeMutablePointer<UInt16>(bitPattern: target)
      else { return }
      unsafe table.gemm_pack_b_f16(n, k, from, nStride, kStride, panels.lowerBound, panels.upperBound, to)
    }
  }

  func outputCount(_ count: Int, inputs: Int, bias: [Float]?) throws(TensorError) -> Int {
    guard inputs > 0, count.isMultiple(of: inputs) else {
      throw .countMismatch(op: "pack", expected: inputs, found: count)
    }
    let outputs = count / inputs
    if let bias, bias.count != outputs { throw .countMismatch(op: "pack, bias", expected: outputs, found: bias.count) }
    return outputs
  }

  func storage(of values: [Float]?) throws(TensorError) -> FloatStorage? {
    guard let values else { return nil }
    return try floats(upload(values, shape: [values.count]), "pack")
  }
}
