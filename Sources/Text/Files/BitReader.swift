/// The bits of a compressed file, the lowest of each byte first.
struct BitReader {
  private let source: any ByteSource
  private var buffer: [UInt8] = []
  private var position = 0
  private var before = 0
  private var held: UInt64 = 0
  private(set) var heldCount = 0

  init(_ source: any ByteSource) { self.source = source }

  var path: String { source.path }

  func damaged(_ reason: String) -> TextError {
    .damagedArchive(path: path, byteOffset: before + position - heldCount / 8, reason: reason)
  }

  /// The next byte of the source, nil at its end.
  private mutating func load() throws(TextError) -> UInt8? {
    if position == buffer.count {
      before += position
      position = 0
      buffer = try source.next()
      if buffer.isEmpty { return nil }
    }
    defer { position += 1 }
    return buffer[position]
  }

  /// At least `count` bits, up to 32, if there are as many; missing ones are zero.
  private mutating func hold(_ count: Int) throws(TextError) {
    while heldCount < count, let byte = try load() {
      held |= UInt64(byte) << UInt64(heldCount)
      heldCount += 8
    }
  }

  /// The next bits, left where they are; zeros behind the end.
  mutating func peek(_ count: Int) throws(TextError) -> Int {
    try hold(count)
    return Int(held & (1 << UInt64(count) - 1))
  }

  mutating func skip(_ count: Int) throws(TextError) {
    guard count <= heldCount else { throw damaged("it ends too early") }
    held >>= UInt64(count)
    heldCount -= count
  }

  mutating func bits(_ count: Int) throws(TextError) -> Int {
    let value = try peek(count)
    try skip(count)
    return value
  }

  /// Leaves out what is left of a byte.
  mutating func alignToByte() {
    let rest = heldCount % 8
    held >>= UInt64(rest)
    heldCount -= rest
  }

  /// - Precondition: aligned.
  mutating func byte() throws(TextError) -> UInt8 { UInt8(truncatingIfNeeded: try bits(8)) }

  mutating func byteOrEnd() throws(TextError) -> UInt8? {
    try hold(8)
    return heldCount == 0 ? nil : try byte()
  }
}
