import CKernels
import Compute
import Testing

@Suite struct KernelSetTests {
  @Test func scalarIsAlwaysThere() {
    #expect(InstructionSet.scalar.isAvailable)
    #expect(InstructionSet.available.contains(InstructionSet.best))
    #expect(InstructionSet.available == InstructionSet.available.sorted())
  }

  @Test func tablesSayWhoseTheyAre() {
    let sets = availableKernels.map(\.table.isa.rawValue)
    #expect(sets == InstructionSet.available.map { [.scalar: 0, .avx2: 1, .avx512: 2, .avx512vnni: 3][$0] })
    for kernels in availableKernels {
      #expect(kernels.table.gemm_row_block % kernels.table.gemm_mr == 0)
      #expect(kernels.table.gemm_packed_count(1, 5) == kernels.table.gemm_nr * 5)
      #expect(kernels.table.gemm_packed_count(0, 5) == 0)
    }
  }

  @Test func environmentForcesASet() throws {
    #expect(try InstructionSet.selected(environment: [:]) == .best)
    #expect(try InstructionSet.selected(environment: ["ESPALIER_ISA": ""]) == .best)
    for set in InstructionSet.available {
      #expect(try InstructionSet.selected(environment: ["ESPALIER_ISA": set.rawValue]) == set)
      #expect(try KernelSet.selected(environment: ["ESPALIER_ISA": set.rawValue.uppercased()]).instructionSet == set)
    }
  }

  @Test func unknownNameIsRefused() {
    let error = #expect(throws: KernelSetError.self) {
      try InstructionSet.selected(environment: ["ESPALIER_ISA": "sse9"])
    }
    #expect(error?.description == "ESPALIER_ISA: expected one of scalar, avx2, avx512, avx512vnni, found 'sse9'")
  }

  @Test func missingSetIsNamedWithWhatThereIs() {
    let error = KernelSetError.unavailable(.avx512, available: [.scalar, .avx2])
    #expect(error.description == "ESPALIER_ISA: this machine lacks avx512; it has scalar, avx2")
  }
}
