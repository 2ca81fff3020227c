import FoundationEssentials
import Measurement
import Testing

@Suite("Machine and memory") struct MachineTests {
  @Test("reads Linux's own words") func texts() {
    let machine = Machine(
      cpuinfo: """
        processor	: 0
        cpu family	: 25
        model		: 1
        model name	: Example CPU @ 2.0GHz
        flags		: fpu sse2 fma f16c avx avx2 avx512f avx512_vnni

        processor	: 1
        cpu family	: 25
        model		: 1
        model name	: Example CPU @ 2.0GHz
        flags		: fpu sse2 fma f16c avx avx2 avx512f avx512_vnni
        """,
      meminfo: "MemTotal:       16384000 kB\nMemFree:         1000 kB\n",
      osRelease: "NAME=\"Example\"\nPRETTY_NAME=\"Example Linux 12\"\n", loadavg: "0.37 0.40 1.19 3/90 9874\n")
    #expect(machine.cpu == "Example CPU @ 2.0GHz (family 25, model 1)")
    #expect(machine.logicalCores == 2)
    #expect(machine.cpuFlags == ["avx", "f16c", "fma", "avx2", "avx512f", "avx512_vnni"])
    #expect(machine.memoryBytes == 16_384_000 * 1024)
    #expect(machine.operatingSystem == "Example Linux 12")
    #expect(machine.loadAverage == [0.37, 0.40, 1.19])
  }

  @Test("knows nothing where the system tells nothing") func silence() {
    let machine = Machine(cpuinfo: "", meminfo: "MemTotal: many kB", osRelease: "", loadavg: "busy")
    #expect(machine.cpu == nil && machine.memoryBytes == nil && machine.loadAverage == nil && machine.cpuFlags == [])
  }

  @Test("takes a processor's name as it is where there is no family") func unknownFamily() {
    let machine = Machine(cpuinfo: "model name\t: ARMv8 Processor\n", meminfo: "", osRelease: "", loadavg: "")
    #expect(machine.cpu == "ARMv8 Processor")
  }

  @Test("counts processors of an affinity list", arguments: [("0-3,8", 5), ("0", 1), ("2-2", 1)])
  func affinity(list: String, expected: Int) {
    #expect(Machine.affinityCores(inProcStatus: "Name: x\nCpus_allowed_list:\t\(list)\n") == expected)
  }

  @Test("refuses a broken affinity list", arguments: ["", "3-1", "a", "1-2-3", "-"])
  func brokenAffinity(list: String) {
    #expect(Machine.affinityCores(inProcStatus: "Cpus_allowed_list: \(list)\n") == nil)
  }

  @Test("least quota among the ancestors, version 2") func quota2() {
    let files = [
      "/proc/self/cgroup": "0::/a/b\n", "/sys/fs/cgroup/a/b/cpu.max": "max 100000\n",
      "/sys/fs/cgroup/a/cpu.max": "150000 100000\n",
    ]
    #expect(Machine.cpuQuota { files[$0] } == 1.5)
  }

  @Test("quota of version 1; -1 is none") func quota1() {
    var files = [
      "/proc/self/cgroup": "4:memory:/x\n1:cpu,cpuacct:/\n0::/\n", "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "200000\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
    ]
    #expect(Machine.cpuQuota { files[$0] } == 2)
    files["/sys/fs/cgroup/cpu/cpu.cfs_quota_us"] = "-1\n"
    #expect(Machine.cpuQuota { files[$0] } == nil)
  }

  @Test("describes this machine, and back from JSON") func current() throws {
    let machine = Machine.current()
    #expect(machine.logicalCores > 0)
    let data = try JSONEncoder().encode(machine)
    #expect(try JSONDecoder().decode(Machine.self, from: data) == machine)
    #expect(String(decoding: data, as: UTF8.self).contains("\"logical_cores\""))
  }

  @Test("memory of this process") func memory() throws {
    let before = try MemoryUse.current()
    let block = [UInt8](repeating: 1, count: 64 << 20)
    let after = try MemoryUse.current()
    #expect(after.peakResidentBytes >= after.residentBytes)
    #expect(after.peakResidentBytes >= before.peakResidentBytes)
    #expect(after.residentBytes > 32 << 20)
    #expect(block.reduce(0) { $0 &+ Int($1) } == 64 << 20)
  }

  @Test("memory text without the mark") func memoryText() throws {
    let use = try MemoryUse(procStatus: "VmHWM:\t  2048 kB\nVmRSS:\t 1024 kB\n", path: "status")
    #expect(use == MemoryUse(residentBytes: 1 << 20, peakResidentBytes: 2 << 20))
    #expect(throws: MeasurementError.systemFile(path: "status", expected: "a line VmHWM in kB")) {
      try MemoryUse(procStatus: "VmRSS: 10 kB\n", path: "status")
    }
  }

  #if os(Linux)
    @Test("memory of another process, by its number") func otherProcess() throws {
      let own = try MemoryUse.current()
      let found = try MemoryUse.current(ofProcess: ProcessInfo.processInfo.processIdentifier)
      #expect(found.peakResidentBytes >= own.residentBytes)
      #expect(throws: MeasurementError.systemFile(path: "/proc/-1/status", expected: "a readable file")) {
        try MemoryUse.current(ofProcess: -1)
      }
    }
  #endif
}
