/// The scalar that starts at `position`, and its bytes.
///
/// The bytes are UTF-8, as those of a String; what is not, from a damaged file, gives some scalar and at least one byte,
/// and is never read beyond the end.
@inline(__always)
func decodedScalar(in bytes: borrowing Span<UInt8>, at position: Int) -> (scalar: UInt32, length: Int) {
  let byte = bytes[position]
  if byte < 0xC0 { return (UInt32(byte), 1) }
  let length = min(byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2, bytes.count - position)
  var scalar = UInt32(byte) & (byte >= 0xF0 ? 0x07 : byte >= 0xE0 ? 0x0F : 0x1F)
  for offset in 1..<max(1, length) { scalar = scalar << 6 | UInt32(bytes[position + offset] & 0x3F) }
  return (min(scalar, 0x10_FFFF), length)
}

/// Where the scalar starts that ends before `position`, which is above 0.
@inline(__always)
func startOfScalar(in bytes: borrowing Span<UInt8>, before position: Int) -> Int {
  var start = position - 1
  while start > 0, position - start < 4, bytes[start] & 0xC0 == 0x80 { start -= 1 }
  return start
}
