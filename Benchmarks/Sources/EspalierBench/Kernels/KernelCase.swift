import Compute

/// One thing to time: an operation on operands that are ready, on one backend.
struct KernelCase {
  /// The operation, such as "linear f32".
  let op: String
  /// Its size, such as "512x384x1536".
  let size: String
  let backend: CPUBackend
  /// Multiplications and additions of one run; 0 where bytes are what counts.
  let operations: Double
  /// What a run must read and write at least.
  let bytes: Double
  /// Elements of the result.
  let elements: Int
  let run: () throws -> Void
  /// The first outputs next to what they should be; checked before anything is timed.
  let check: () throws -> KernelCheck

  var threads: Int { backend.threadCount }
  var instructionSet: InstructionSet { backend.instructionSet }
}

/// The largest error of a kernel, and what its number format allows.
struct KernelCheck {
  var error: Double
  var bound: Double
  var isRight: Bool { error <= bound }
}

/// A kernel that computes something else than it should: nothing is timed then.
struct WrongAnswer: Error, CustomStringConvertible {
  let op: String
  let size: String
  let instructionSet: String
  let check: KernelCheck

  var description: String {
    "\(op) \(size) on \(instructionSet): off by \(check.error), expected at most \(check.bound); not timed"
  }
}

/// Numbers that look random and are the same each time: SplitMix64 (Steele, Lea, Flood, 2014).
struct Numbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func word() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Half-precision bits of a magnitude from 2^-4 to 1, either sign.
  mutating func half() -> UInt16 {
    let bits = word()
    let exponent = UInt16(11 + bits & 3)
    return UInt16(truncatingIfNeeded: bits >> 8) & 0x83FF | exponent << 10
  }

  /// What such bits are worth.
  static func value(_ half: UInt16) -> Float {
    let magnitude = Float(sign: .plus, exponent: Int(half >> 10 & 31) - 15, significand: 1 + Float(half & 0x3FF) / 1024)
    return half & 0x8000 == 0 ? magnitude : -magnitude
  }

  mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in Self.value(half()) } }
}
