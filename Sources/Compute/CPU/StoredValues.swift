internal import CKernels
internal import Synchronization

/// Numbers in a mapped file, in a format that kernels read where they lie.
public struct StoredValues: Sendable {
  public enum Format: Sendable {
    case f32
    case f16

    var bytes: Int { self == .f32 ? 4 : 2 }
    var kernel: ck_type { self == .f32 ? CK_TYPE_F32 : CK_TYPE_F16 }
  }

  public let bytes: MappedBytes
  public let format: Format

  /// Nil when the bytes are not aligned to the format, as safetensors allow; they must be copied then.
  public init?(bytes: MappedBytes, format: Format) {
    guard let start = unsafe bytes.unsafeBytes.baseAddress, bytes.count.isMultiple(of: format.bytes),
      UInt(bitPattern: start).isMultiple(of: UInt(format.bytes))
    else { return nil }
    self.bytes = bytes
    self.format = format
  }

  public var count: Int { bytes.count / format.bytes }

  /// The address of an element, valid while this value lives. As a number, because tasks of other threads take it.
  func address(of index: Int) -> UInt {
    UInt(bitPattern: unsafe bytes.unsafeBytes.baseAddress) + UInt(index * format.bytes)
  }
}

extension CPUBackend {
  /// Whether none of the numbers is infinite or NaN.
  public func areFinite(_ values: StoredValues) -> Bool {
    let blockSize = 1 << 18
    let isFinite = Atomic<Bool>(true)
    workers.run((values.count + blockSize - 1) / blockSize) { block, _ in
      let count = min(blockSize, values.count - block * blockSize)
      let start = values.address(of: block * blockSize)
      // The block lies inside the mapping, and `values` keeps it.
      let answer: Int32
      switch values.format {
      case .f32:
        guard let start = unsafe UnsafePointer<Float>(bitPattern: start) else { return }
        answer = unsafe table.all_finite_f32(count, start)
      case .f16:
        guard let start = unsafe UnsafePointer<UInt16>(bitPattern: start) else { return }
        answer = unsafe table.all_finite_f16(count, start)
      }
      if answer == 0 { isFinite.store(false, ordering: .relaxed) }
    }
    return isFinite.load(ordering: .relaxed)
  }
}
