/// Memory for a kernel under test: it starts off alignment, and has canaries on both sides that show a stray write.
final class GuardedBuffer<Element: BitwiseCopyable & Equatable> {
  let count: Int
  private let base: UnsafeMutablePointer<Element>
  private let canary: Element
  private static var margin: Int { 33 }

  init(_ values: [Element], canary: Element) {
    count = values.count
    self.canary = canary
    base = .allocate(capacity: values.count + 2 * Self.margin)
    base.initialize(repeating: canary, count: values.count + 2 * Self.margin)
    for (i, value) in values.enumerated() { base[Self.margin + i] = value }
  }

  deinit { base.deallocate() }

  /// An odd number of elements after the start of the allocation.
  var pointer: UnsafeMutablePointer<Element> { base + Self.margin }

  var values: [Element] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  /// Whether nothing was written outside.
  var isIntact: Bool {
    (0..<Self.margin).allSatisfy { base[$0] == canary && base[Self.margin + count + $0] == canary }
  }
}

extension GuardedBuffer<Float> {
  convenience init(_ values: [Float]) { self.init(values, canary: 1234.5) }
  convenience init(count: Int) { self.init(Array(repeating: -77, count: count)) }

  var bits: [UInt32] { values.map(\.bitPattern) }
}

extension GuardedBuffer<UInt16> {
  convenience init(_ values: [UInt16]) { self.init(values, canary: 0xABCD) }
}
