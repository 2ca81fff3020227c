internal import CKernels

/// Quantised rows of four bits a value, in groups of columns: value (i, j) is `(u * multiplier - offset)` times the scale of
/// row i, with u in 0...15, and multiplier and offset those of its group.
///
/// A group's step is a whole multiple of its row's (progressive groups: Lin et al., QServe, 2024), so that products are
/// exact in integers of eight bits.
public struct FourBitValues: Sendable {
  /// Row by row, two values a byte, the first in the low half.
  public let bytes: MappedBytes
  /// One a row.
  public let scales: [Float]
  /// One a group, row by row, 0...15.
  public let multipliers: [UInt8]
  /// Zero point times multiplier: one a group.
  public let offsets: [UInt8]
  public let columns: Int
  /// Columns of a group.
  public let group: Int

  public var rows: Int { scales.count }

  /// - Throws: ``TensorError/countMismatch(op:expected:found:)`` for a group that isn't a multiple of 32 or doesn't divide
  ///   the columns, and for arrays that don't fit; ``TensorError/indexOutOfRange(op:index:bound:)`` for a group whose
  ///   values may leave eight bits.
  public init(
    bytes: MappedBytes, scales: [Float], multipliers: [UInt8], offsets: [UInt8], columns: Int, group: Int
  ) throws(TensorError) {
    guard group > 0, group.isMultiple(of: 32), columns.isMultiple(of: group) else {
      throw .countMismatch(op: "values of four bits, group", expected: columns, found: group)
    }
    let groups = scales.count * (columns / group)
    for (part, expected, found) in [
      ("bytes", scales.count * columns / 2, bytes.count), ("multipliers", groups, multipliers.count),
      ("offsets", groups, offsets.count),
    ] where expected != found {
      throw .countMismatch(op: "values of four bits, \(part)", expected: expected, found: found)
    }
    for index in 0..<groups where !Self.fits(multiplier: multipliers[index], offset: offsets[index]) {
      throw .indexOutOfRange(op: "values of four bits, group", index: index, bound: groups)
    }
    self.bytes = bytes
    self.scales = scales
    self.multipliers = multipliers
    self.offsets = offsets
    self.columns = columns
    self.group = group
  }

  /// Whether u * multiplier - offset is in -128...127 for all u in 0...15, and the multiplier in 0...15.
  public static func fits(multiplier: UInt8, offset: UInt8) -> Bool {
    multiplier <= 15 && offset <= 128 && 15 * Int(multiplier) - Int(offset) <= 127
  }

  /// The values for C, where they are mapped. Valid within the call.
  @unsafe func withKernelWeights(_ body: (UnsafePointer<ck_weights_s4>) -> Void) {
    unsafe Self.withKernelWeights(
      bytes.unsafeBytes.baseAddress?.assumingMemoryBound(to: UInt8.self), scales: scales, multipliers: multipliers,
      offsets: offsets, columns: columns, group: group, body)
  }

  /// Values at an address, which the caller keeps alive, for C. The arrays must have the counts that `init` asks for.
  @unsafe static func withKernelWeights(
    _ values: UnsafePointer<UInt8>?, scales: [Float], multipliers: [UInt8], offsets: [UInt8], columns: Int, group: Int,
    _ body: (UnsafePointer<ck_weights_s4>) -> Void
  ) {
    unsafe multipliers.withUnsafeBufferPointer { multipliers in
      unsafe offsets.withUnsafeBufferPointer { offsets in
        unsafe scales.withUnsafeBufferPointer { scales in
          var weights = unsafe ck_weights_s4(
            n: scales.count, k: columns, group: group, values: values, multipliers: multipliers.baseAddress,
            offsets: offsets.baseAddress, scales: scales.baseAddress)
          unsafe body(&weights)
        }
      }
    }
  }
}
