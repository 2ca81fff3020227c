#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import FoundationEssentials

/// What a timing depends on and a reader must know: processor, limits, memory, system and load.
///
/// Every figure that the system does not tell is nil; a description never fails.
public struct Machine: Equatable, Sendable, Codable {
  /// The processor's name, with family and model where Linux tells them: in the cloud, several generations share a name.
  public var cpu: String?
  /// Logical processors of the machine.
  public var logicalCores: Int
  /// Logical processors that this process may run on.
  public var affinityCores: Int?
  /// Processors that a control group leaves to it, such as 1.5.
  public var cpuQuota: Double?
  /// Those of ``flagsOfInterest`` that the processor has.
  public var cpuFlags: [String]
  public var memoryBytes: Int?
  public var operatingSystem: String?
  public var kernel: String?
  public var architecture: String?
  /// Of the last 1, 5 and 15 minutes; the first says whether the machine was busy when the description was made.
  public var loadAverage: [Double]?
  public var frequencyGovernor: String?

  enum CodingKeys: String, CodingKey {
    case cpu, kernel, architecture
    case logicalCores = "logical_cores"
    case affinityCores = "affinity_cores"
    case cpuQuota = "cpu_quota"
    case cpuFlags = "cpu_flags"
    case memoryBytes = "memory_bytes"
    case operatingSystem = "operating_system"
    case loadAverage = "load_average"
    case frequencyGovernor = "frequency_governor"
  }

  /// The instruction sets that decide the speed of our kernels, as Linux names them.
  public static let flagsOfInterest = [
    "avx", "f16c", "fma", "avx2", "avx_vnni", "avx512f", "avx512bw", "avx512vl", "avx512_vnni", "avx512_bf16",
    "avx512_fp16", "amx_int8", "amx_bf16", "asimd", "asimdhp", "asimddp", "i8mm", "sve",
  ]

  /// The machine this process runs on, now.
  public static func current() -> Machine {
    var machine = Machine(
      cpuinfo: SystemFile.text("/proc/cpuinfo") ?? "", meminfo: SystemFile.text("/proc/meminfo") ?? "",
      osRelease: SystemFile.text("/etc/os-release") ?? "", loadavg: SystemFile.text("/proc/loadavg") ?? "")
    machine.logicalCores = ProcessInfo.processInfo.processorCount
    machine.cpuQuota = cpuQuota(file: SystemFile.text)
    machine.frequencyGovernor = SystemFile.text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
      .map { SystemFile.trimmed($0) }
    var names = utsname()
    if uname(&names) == 0 {
      machine.kernel = "\(string(of: names.sysname)) \(string(of: names.release))"
      machine.architecture = string(of: names.machine)
    }
    #if canImport(Darwin)
      machine.cpu = systemControl("machdep.cpu.brand_string")
      machine.operatingSystem = "macOS \(ProcessInfo.processInfo.operatingSystemVersionString)"
      machine.memoryBytes = Int(ProcessInfo.processInfo.physicalMemory)
    #else
      machine.affinityCores = SystemFile.text("/proc/self/status").flatMap { affinityCores(inProcStatus: $0) }
    #endif
    return machine
  }

  /// From the texts of Linux's own files, any of which may be empty.
  package init(cpuinfo: String, meminfo: String, osRelease: String, loadavg: String) {
    cpu = Machine.processor(in: cpuinfo)
    logicalCores = cpuinfo.split(separator: "\n").count { $0.hasPrefix("processor") && $0.contains(":") }
    let flags = SystemFile.field("flags", in: cpuinfo) ?? SystemFile.field("Features", in: cpuinfo) ?? ""
    let present = Set(flags.split(whereSeparator: \.isWhitespace).map(String.init))
    cpuFlags = Machine.flagsOfInterest.filter { present.contains($0) }
    memoryBytes = SystemFile.kilobytes("MemTotal", in: meminfo)
    operatingSystem = Machine.prettyName(in: osRelease)
    let loads = loadavg.split(whereSeparator: \.isWhitespace).prefix(3).compactMap { Double($0) }
    loadAverage = loads.count == 3 ? loads : nil
  }

  /// The count of a list such as `Cpus_allowed_list: 0-3,8` in the text of a `/proc/PID/status`.
  package static func affinityCores(inProcStatus text: String) -> Int? {
    guard let list = SystemFile.field("Cpus_allowed_list", in: text) else { return nil }
    var count = 0
    for part in list.split(separator: ",") {
      let ends = part.split(separator: "-").map { Int($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last else {
        return nil
      }
      count += last - first + 1
    }
    return count > 0 ? count : nil
  }

  private static func processor(in cpuinfo: String) -> String? {
    let name = SystemFile.field("model name", in: cpuinfo) ?? SystemFile.field("Model", in: cpuinfo)
    guard let name, let family = SystemFile.field("cpu family", in: cpuinfo),
      let model = SystemFile.field("model", in: cpuinfo)
    else { return name }
    return "\(name) (family \(family), model \(model))"
  }

  private static func prettyName(in osRelease: String) -> String? {
    for line in osRelease.split(separator: "\n") where line.hasPrefix("PRETTY_NAME=") {
      return String(line.dropFirst("PRETTY_NAME=".count).filter { $0 != "\"" })
    }
    return nil
  }

  /// The text of one of the fixed arrays of characters in `utsname`.
  private static func string<Characters>(of characters: Characters) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  #if canImport(Darwin)
    private static func systemControl(_ name: String) -> String? {
      var size = 0
      guard sysctlbyname(name, nil, &size, nil, 0) == 0, size > 0 else { return nil }
      var bytes = [UInt8](repeating: 0, count: size)
      guard sysctlbyname(name, &bytes, &size, nil, 0) == 0 else { return nil }
      return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  #endif
}
