import Bert

extension FourBitRows {
  /// As compressed-tensors stores them: `weight_packed`, `weight_scale`, `weight_shape`, and `weight_zero_point` unless
  /// symmetric.
  ///
  /// Scales are F16, which holds them exactly.
  func tensors(_ name: String, shape: [Int], isSymmetric: Bool) -> [TensorToWrite] {
    let (rows, groups) = (shape[0], multipliers.count / shape[0])
    let values = values
    let scales = multipliers.indices.map { Float(multipliers[$0]) * steps[$0 / groups] }
    var tensors = [
      TensorToWrite(name: name + "_packed", shape: [rows, shape[1] / 8], dtype: .i32) { sink in
        try sink(values.span.bytes)
      },
      TensorToWrite(
        name: name + "_scale", shape: [rows, groups], dtype: .f16,
        bytes: scales.flatMap { bytes(of: HalfPrecision.bits($0)) }),
      TensorToWrite(
        name: name + "_shape", shape: [2], dtype: .i64, bytes: shape.flatMap { bytes(of: Int64($0)) }),
    ]
    if !isSymmetric {
      tensors.append(
        TensorToWrite(
          name: name + "_zero_point", shape: [(rows + 7) / 8, groups], dtype: .i32,
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

  private func bytes(of number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { [UInt8]($0) }
  }
}
