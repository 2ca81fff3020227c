import Bert
import Compute

extension FourBitRows {
  /// As compressed-tensors stores them: `weight_packed`, `weight_scale`, `weight_shape`, and `weight_zero_point` unless
  /// symmetric.
  ///
  /// Scales are F16, which holds them exactly.
  func tensors(_ name: String, shape: [Int], isSymmetric: Bool) -> [TensorToWrite] {
    let groups = multipliers.count / shape[0]
    var tensors = packedTensors(
      name, shape, values, scales: multipliers.indices.map { Float(multipliers[$0]) * steps[$0 / groups] })
    if !isSymmetric {
      tensors.append(
        TensorToWrite(
          name: name + "_zero_point", shape: [(shape[0] + 7) / 8, groups], dtype: .i32,
          bytes: packedZeroPoints(groups).flatMap { bytes(of: $0) }))
    }
    return tensors
  }

  /// Eight rows to a word, the first lowest; what is missing in the last word is zero.
  private func packedZeroPoints(_ groups: Int) -> [UInt32] {
    var words = [UInt32](repeating: 0, count: (steps.count + 7) / 8 * groups)
    for (index, zeroPoint) in zeroPoints.enumerated() {
      let (row, group) = index.quotientAndRemainder(dividingBy: groups)
      words[row / 8 * groups + group] |= UInt32(zeroPoint) << (4 * (row % 8))
    }
    return words
  }
}

extension QuantizedMatrix {
  /// Whole numbers in -8...7 as symmetric weights of four bits, whose zero point is 8. F16 must hold the steps exactly.
  func fourBitTensors(_ name: String) -> [TensorToWrite] {
    let packed = stride(from: 0, to: values.count, by: 2).map { index in
      UInt8(values[index] + 8) | UInt8(values[index + 1] + 8) << 4
    }
    return packedTensors(name, [rows, columns], packed, scales: steps)
  }
}

extension NormalFloatRows {
  /// In the same form, with indices for values; `type` is what tells them apart.
  func tensors(_ name: String, shape: [Int]) -> [TensorToWrite] { packedTensors(name, shape, values, scales: scales) }
}

/// `weight_packed`, `weight_scale` in F16 and `weight_shape`.
///
/// - Parameters:
///   - values: row by row, two a byte, the first in the low half.
///   - scales: one a group, row by row.
private func packedTensors(_ name: String, _ shape: [Int], _ values: [UInt8], scales: [Float]) -> [TensorToWrite] {
  [
    TensorToWrite(name: name + "_packed", shape: [shape[0], shape[1] / 8], dtype: .i32) { sink in
      try sink(values.span.bytes)
    },
    TensorToWrite(
      name: name + "_scale", shape: [shape[0], scales.count / shape[0]], dtype: .f16,
      bytes: scales.flatMap { bytes(of: HalfPrecision.bits($0)) }),
    TensorToWrite(name: name + "_shape", shape: [2], dtype: .i64, bytes: shape.flatMap { bytes(of: Int64($0)) }),
  ]
}

private func bytes(of number: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: number.littleEndian) { [UInt8]($0) }
}
