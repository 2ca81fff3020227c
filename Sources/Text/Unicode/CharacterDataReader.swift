/// Reads the numbers and ranges of ``CharacterData``, which are ours and hence well formed.
struct CharacterDataReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: StaticString) { bytes = Array(text.description.utf8) }

  var isAtEnd: Bool { position >= bytes.count }
  var next: UInt8? { isAtEnd ? nil : bytes[position] }

  mutating func skip() { position += 1 }

  mutating func number(radix: UInt32 = 16) -> UInt32 {
    var value: UInt32 = 0
    while let next, let digit = Character(Unicode.Scalar(next)).hexDigitValue {
      value = value &* radix &+ UInt32(digit)
      position += 1
    }
    return value
  }

  /// `41` or `41-5A`.
  mutating func range() -> ClosedRange<UInt32> {
    let first = number()
    guard next == UInt8(ascii: "-") else { return first...first }
    position += 1
    return first...max(first, number())
  }
}
