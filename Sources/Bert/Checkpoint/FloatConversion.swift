#if _endian(big)
  #error("safetensors data are little-endian, and these loops read them in place")
#endif

/// Stored numbers to Float32: exact, with any alignment of the source.
///
/// The loops have no branch, so that the compiler makes vectors of them.
enum FloatConversion {
  /// IEEE binary32: a copy.
  static func singles(_ bytes: RawSpan) -> [Float] {
    let count = bytes.byteCount / 4
    return [Float](unsafeUninitializedCapacity: count) { out, initialized in
      bytes.withUnsafeBytes { source in
        UnsafeMutableRawBufferPointer(out).copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<(count * 4)]))
      }
      initialized = count
    }
  }

  /// bfloat16: the upper half of a binary32.
  static func brains(_ bytes: RawSpan) -> [Float] {
    convert(bytes) { Float(bitPattern: UInt32($0) << 16) }
  }

  /// IEEE binary16. The magnitude, moved to binary32's fields, is 2^112 too small, subnormal or not (exponent biases are
  /// 15 and 127), and the product is exact. The exponent of all ones becomes 2^16 ... and is mapped to infinity or NaN.
  static func halves(_ bytes: RawSpan) -> [Float] {
    convert(bytes) { half in
      let magnitude = Float(bitPattern: UInt32(half & 0x7FFF) << 13) * 0x1p112
      let bits = magnitude.bitPattern | (magnitude >= 0x1p16 ? 0x7F80_0000 : 0)
      return Float(bitPattern: bits | UInt32(half & 0x8000) << 16)
    }
  }

  @inline(__always)
  private static func convert(_ bytes: RawSpan, _ convert: (UInt16) -> Float) -> [Float] {
    let count = bytes.byteCount / 2
    return [Float](unsafeUninitializedCapacity: count) { out, initialized in
      bytes.withUnsafeBytes { source in
        for i in 0..<count { out[i] = convert(source.loadUnaligned(fromByteOffset: 2 * i, as: UInt16.self)) }
      }
      initialized = count
    }
  }

  /// The index of the first NaN or infinity.
  static func firstNotFinite(_ values: [Float]) -> Int? {
    var largest: UInt32 = 0
    for value in values { largest = max(largest, value.bitPattern & 0x7FFF_FFFF) }
    return largest < 0x7F80_0000 ? nil : values.firstIndex { !$0.isFinite }
  }

  /// The index of the first binary16 that is NaN or infinite: whose exponent is all ones.
  static func firstNotFiniteHalf(_ bytes: RawSpan) -> Int? {
    bytes.withUnsafeBytes { source in
      let indices = 0..<source.count / 2
      func magnitude(_ index: Int) -> UInt16 {
        source.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self) & 0x7FFF
      }
      var largest: UInt16 = 0
      for index in indices { largest = max(largest, magnitude(index)) }
      return largest < 0x7C00 ? nil : indices.first { magnitude($0) >= 0x7C00 }
    }
  }
}
