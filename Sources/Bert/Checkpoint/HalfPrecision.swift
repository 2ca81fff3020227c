/// IEEE 754 half precision by its bits, for platforms with and without a native type.
package enum HalfPrecision {
  /// `value` rounded to nearest, ties to even; what is out of range becomes infinity.
  package static func bits(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
    let magnitude = bits & 0x7FFF_FFFF
    if magnitude >= 0x7F80_0000 { return sign | (magnitude > 0x7F80_0000 ? 0x7E00 : 0x7C00) }
    if magnitude >= 0x477F_F000 { return sign | 0x7C00 }  // 65520 and above round to infinity
    if magnitude < 0x3880_0000 {
      // Subnormal: in units of 2^-24. Adding 0.5 puts that unit at the last bit of a Float, which rounds to even.
      let shifted = Float(bitPattern: magnitude) + 0.5
      return sign | UInt16(truncatingIfNeeded: shifted.bitPattern &- Float(0.5).bitPattern)
    }
    let rounded = magnitude &+ 0xFFF &+ ((magnitude >> 13) & 1)
    return sign | UInt16(truncatingIfNeeded: (rounded &- 0x3800_0000) >> 13)
  }

  package static func isInfinite(_ bits: UInt16) -> Bool { bits & 0x7FFF == 0x7C00 }
}
