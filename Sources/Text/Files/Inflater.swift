/// One deflate stream.
///
/// - SeeAlso: Deutsch, RFC 1951; numbers of sections below are of it.
struct Inflater {
  private enum State {
    case betweenBlocks
    case stored(left: Int)
    case coded(lengths: HuffmanCode, distances: HuffmanCode)
    case done
  }

  /// How far back a copy may reach.
  private static let windowSize = 1 << 15
  /// Bytes that a piece has at least, but for the last.
  private static let pieceSize = 1 << 16

  private var state = State.betweenBlocks
  private var isLastBlock = false
  /// The window, then what hasn't been handed on.
  private var output: [UInt8] = []
  private var handedOn = 0

  /// The next piece, nil behind the last.
  mutating func next(_ bits: inout BitReader) throws(TextError) -> [UInt8]? {
    let first = handedOn
    while output.count - first < Self.pieceSize {
      switch state {
      case .done:
        guard output.count > first else { return nil }
        return handOn(first)
      case .betweenBlocks:
        if isLastBlock { state = .done } else { try beginBlock(&bits) }
      case .stored(let left): try copyStored(left, &bits)
      case .coded(let lengths, let distances): try decode(lengths, distances, until: first + Self.pieceSize, &bits)
      }
    }
    return handOn(first)
  }

  private mutating func handOn(_ first: Int) -> [UInt8] {
    let piece = Array(output[first...])
    if output.count > 4 * Self.windowSize { output.removeFirst(output.count - Self.windowSize) }
    handedOn = output.count
    return piece
  }

  /// Section 3.2.3.
  private mutating func beginBlock(_ bits: inout BitReader) throws(TextError) {
    isLastBlock = try bits.bits(1) == 1
    switch try bits.bits(2) {
    case 0:
      bits.alignToByte()
      let length = try bits.bits(16)
      guard try bits.bits(16) == length ^ 0xFFFF else { throw bits.damaged("the length of a stored block differs") }
      state = .stored(left: length)
    case 1: state = .coded(lengths: .fixedLengths, distances: .fixedDistances)
    case 2: try readCodes(&bits)
    default: throw bits.damaged("expected a block of a known kind")
    }
  }

  private mutating func copyStored(_ left: Int, _ bits: inout BitReader) throws(TextError) {
    let count = min(left, Self.pieceSize)
    for _ in 0..<count { output.append(try bits.byte()) }
    state = count == left ? .betweenBlocks : .stored(left: left - count)
  }

  /// Section 3.2.7.
  private mutating func readCodes(_ bits: inout BitReader) throws(TextError) {
    let lengthCount = try bits.bits(5) + 257, distanceCount = try bits.bits(5) + 1, codeCount = try bits.bits(4) + 4
    guard lengthCount <= 286 else { throw bits.damaged("expected at most 286 codes of lengths, found \(lengthCount)") }
    var codeLengths = [UInt8](repeating: 0, count: 19)
    for place in Self.codeLengthOrder.prefix(codeCount) { codeLengths[place] = UInt8(try bits.bits(3)) }
    guard let code = HuffmanCode(codeLengths) else { throw bits.damaged("the codes of code lengths are no code") }
    var lengths: [UInt8] = []
    while lengths.count < lengthCount + distanceCount {
      let symbol = try code.symbol(&bits)
      switch symbol {
      case 0...15: lengths.append(UInt8(symbol))
      case 16:
        guard let last = lengths.last else { throw bits.damaged("a length is repeated before there is one") }
        lengths += [UInt8](repeating: last, count: 3 + (try bits.bits(2)))
      case 17: lengths += [UInt8](repeating: 0, count: 3 + (try bits.bits(3)))
      default: lengths += [UInt8](repeating: 0, count: 11 + (try bits.bits(7)))
      }
    }
    guard lengths.count == lengthCount + distanceCount, lengths[256] != 0,
      let lengthCode = HuffmanCode(Array(lengths[..<lengthCount])),
      let distanceCode = HuffmanCode(Array(lengths[lengthCount...]))
    else { throw bits.damaged("the codes of a block are no code") }
    state = .coded(lengths: lengthCode, distances: distanceCode)
  }

  /// Section 3.2.5.
  private mutating func decode(
    _ lengths: HuffmanCode, _ distances: HuffmanCode, until end: Int, _ bits: inout BitReader
  ) throws(TextError) {
    while output.count < end {
      let symbol = try lengths.symbol(&bits)
      if symbol < 256 {
        output.append(UInt8(symbol))
        continue
      }
      if symbol == 256 {
        state = .betweenBlocks
        return
      }
      guard symbol <= 285 else { throw bits.damaged("expected a length, found the code \(symbol)") }
      let (base, extra) = Self.lengths[symbol - 257]
      let length = base + (try bits.bits(extra))
      let place = try distances.symbol(&bits)
      guard place < Self.distances.count else { throw bits.damaged("expected a distance, found the code \(place)") }
      let (far, more) = Self.distances[place]
      let distance = far + (try bits.bits(more))
      guard distance <= min(output.count, Self.windowSize) else {
        throw bits.damaged("a copy begins \(distance) bytes back, before the start")
      }
      // One by one: a copy may overlap what it makes.
      for _ in 0..<length { output.append(output[output.count - distance]) }
    }
  }

  private static let codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

  /// The least length of each code from 257 on, and how many bits more it has.
  private static let lengths: [(Int, Int)] = {
    var table: [(Int, Int)] = []
    var base = 3
    for code in 0..<28 {
      let extra = max(0, code / 4 - 1)
      table.append((base, extra))
      base += 1 << extra
    }
    return table + [(258, 0)]
  }()

  /// The same of distances.
  private static let distances: [(Int, Int)] = {
    var table: [(Int, Int)] = []
    var base = 1
    for code in 0..<30 {
      let extra = max(0, code / 2 - 1)
      table.append((base, extra))
      base += 1 << extra
    }
    return table
  }()
}
