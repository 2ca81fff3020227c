/// Memory for a kernel under test: it starts off alignment, and has canaries on both sides that show a stray write.
///
/// The memory lives as long as the object, not as long as `pointer` is in use: ask ``areIntact(_:)`` after the call
/// about every buffer that went into it, inputs too, which keeps them until then.
final class GuardedBuffer<Element: BitwiseCopyable & Equatable>: Guarded {
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

  var values: [Element] { withExtendedLifetime(self) { Array(UnsafeBufferPointer(start: pointer, count: count)) } }

  /// Whether nothing was written outside.
  var isIntact: Bool {
    (0..<Self.margin).allSatisfy { base[$0] == canary && base[Self.margin + count + $0] == canary }
  }
}

/// What has canaries.
protocol Guarded: AnyObject {
  var isIntact: Bool { get }
}

/// Whether no kernel wrote outside of any of the buffers.
func areIntact(_ buffers: any Guarded...) -> Bool {
  buffers.allSatisfy { $0.isIntact }
}

extension GuardedBuffer<Float> {
  convenience init(_ values: [Float]) { self.init(values, canary: 1234.5) }
  convenience init(count: Int) { self.init(Array(repeating: -77, count: count)) }

  var bits: [UInt32] { values.map(\.bitPattern) }
}

extension GuardedBuffer<UInt16> {
  convenience init(_ values: [UInt16]) { self.init(values, canary: 0xABCD) }
}

extension GuardedBuffer<Int8> {
  convenience init(_ values: [Int8]) { self.init(values, canary: 0x5A) }
}

extension GuardedBuffer<UInt8> {
  convenience init(_ values: [UInt8]) { self.init(values, canary: 0x5A) }
}

extension GuardedBuffer<Int32> {
  convenience init(_ values: [Int32]) { self.init(values, canary: 0x5A5A_5A5A) }
}
