package import CKernels

/// A set of processor instructions that the kernels are written for, from the most portable to the fastest.
public enum InstructionSet: String, CaseIterable, Sendable, Comparable {
  /// Portable C: the definition of each kernel.
  case scalar
  /// AVX2, FMA and F16C.
  case avx2
  /// AVX-512 F, BW, DQ and VL.
  case avx512
  /// The same, with VNNI for products of integers.
  case avx512vnni

  /// The set of this name, such as `avx2`; nil when there is none.
  public init?(name: String) { self.init(rawValue: name.lowercased()) }

  /// Whether this processor and its operating system have it.
  public var isAvailable: Bool { KernelSet(self) != nil }

  /// Those that this processor and its operating system have, slowest first.
  public static var available: [InstructionSet] { allCases.filter(\.isAvailable) }

  /// The fastest that this processor and its operating system have.
  public static var best: InstructionSet { available.last ?? .scalar }

  /// The set that `ESPALIER_ISA` names, or the best one when it is unset or empty.
  ///
  /// - Throws: ``KernelSetError`` when it names a set that is unknown or that this machine lacks.
  public static func selected(environment: [String: String]) throws(KernelSetError) -> InstructionSet {
    guard let name = environment[variable], !name.isEmpty else { return best }
    guard let set = InstructionSet(name: name) else { throw .unknown(name: name) }
    guard set.isAvailable else { throw .unavailable(set, available: available) }
    return set
  }

  /// The environment variable that forces a set.
  public static let variable = "ESPALIER_ISA"

  public static func < (left: InstructionSet, right: InstructionSet) -> Bool {
    left.kernels.rawValue < right.kernels.rawValue
  }

  fileprivate var kernels: ck_isa {
    switch self {
    case .scalar: CK_ISA_SCALAR
    case .avx2: CK_ISA_AVX2
    case .avx512: CK_ISA_AVX512
    case .avx512vnni: CK_ISA_AVX512VNNI
    }
  }
}

/// Why a set of kernels cannot be had.
public enum KernelSetError: Error, Equatable, Sendable {
  case unknown(name: String)
  case unavailable(InstructionSet, available: [InstructionSet])
}

extension KernelSetError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknown(let name):
      "\(InstructionSet.variable): expected one of \(Self.list(InstructionSet.allCases)), found '\(name)'"
    case .unavailable(let set, let available):
      "\(InstructionSet.variable): this machine lacks \(set.rawValue); it has \(Self.list(available))"
    }
  }

  private static func list(_ sets: [InstructionSet]) -> String { sets.map(\.rawValue).joined(separator: ", ") }
}

/// The numeric kernels for one instruction set.
///
/// Unchecked: the table holds sizes and pointers to functions without state, and never changes.
@safe package struct KernelSet: @unchecked Sendable {
  package let instructionSet: InstructionSet
  package let table: ck_kernels

  /// The kernels for `isa`; nil when this processor or its operating system lacks it.
  package init?(_ isa: InstructionSet) {
    // Safe: the pointer is to a constant of the C module.
    guard let table = unsafe ck_kernels_for(isa.kernels) else { return nil }
    instructionSet = isa
    unsafe self.table = table.pointee
  }

  /// The kernels for `isa` whose products of floats fetch into L1 or don't, whatever this processor does better with.
  package init?(_ isa: InstructionSet, fetching: Bool) {
    // Safe: the pointer is to a constant of the C module.
    guard let table = unsafe ck_kernels_fetching(isa.kernels, fetching ? 1 : 0) else { return nil }
    instructionSet = isa
    unsafe self.table = table.pointee
  }

  /// The kernels that `ESPALIER_ISA` names, or the fastest when it is unset or empty.
  ///
  /// - Throws: ``KernelSetError`` when it names a set that is unknown or that this machine lacks.
  package static func selected(environment: [String: String]) throws(KernelSetError) -> KernelSet {
    let set = try InstructionSet.selected(environment: environment)
    guard let kernels = KernelSet(set) else { throw .unavailable(set, available: InstructionSet.available) }
    return kernels
  }
}
