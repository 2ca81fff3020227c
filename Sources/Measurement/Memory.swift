#if canImport(Darwin)
  import Darwin
#endif
import FoundationEssentials

/// Resident memory of this process, in bytes.
///
/// The peak never falls, so a figure for one model needs a process of its own. Pages of a mapped file count while they
/// are resident, though the system may drop them.
public struct MemoryUse: Equatable, Sendable, Codable {
  public var residentBytes: Int
  /// The high-water mark since the start of the process; `VmHWM` on Linux.
  public var peakResidentBytes: Int

  enum CodingKeys: String, CodingKey {
    case residentBytes = "resident_bytes"
    case peakResidentBytes = "peak_resident_bytes"
  }

  public init(residentBytes: Int, peakResidentBytes: Int) {
    self.residentBytes = residentBytes
    self.peakResidentBytes = peakResidentBytes
  }

  /// Reads `/proc/self/status` on Linux, the task information on macOS.
  ///
  /// - Throws: ``MeasurementError/systemFile(path:expected:)``.
  public static func current() throws(MeasurementError) -> MemoryUse {
    #if canImport(Darwin)
      var information = mach_task_basic_info()
      var count = mach_msg_type_number_t(MemoryLayout<mach_task_basic_info>.size / MemoryLayout<natural_t>.size)
      let status = withUnsafeMutablePointer(to: &information) { pointer in
        pointer.withMemoryRebound(to: integer_t.self, capacity: Int(count)) {
          task_info(mach_task_self_, task_flavor_t(MACH_TASK_BASIC_INFO), $0, &count)
        }
      }
      guard status == KERN_SUCCESS else { throw .systemFile(path: "task_info", expected: "MACH_TASK_BASIC_INFO") }
      return MemoryUse(
        residentBytes: Int(information.resident_size), peakResidentBytes: Int(information.resident_size_max))
    #else
      let path = "/proc/self/status"
      guard let text = SystemFile.text(path) else { throw .systemFile(path: path, expected: "a readable file") }
      return try MemoryUse(procStatus: text, path: path)
    #endif
  }

  /// Of another process, by Linux's `/proc`.
  ///
  /// - Throws: ``MeasurementError/systemFile(path:expected:)`` where there is no such process, or no `/proc`.
  public static func current(ofProcess identifier: Int32) throws(MeasurementError) -> MemoryUse {
    let path = "/proc/\(identifier)/status"
    guard let text = SystemFile.text(path) else { throw .systemFile(path: path, expected: "a readable file") }
    return try MemoryUse(procStatus: text, path: path)
  }

  /// From the text of a `/proc/PID/status`, whose sizes are in units of 1024 bytes.
  package init(procStatus text: String, path: String) throws(MeasurementError) {
    guard let resident = SystemFile.kilobytes("VmRSS", in: text) else {
      throw .systemFile(path: path, expected: "a line VmRSS in kB")
    }
    guard let peak = SystemFile.kilobytes("VmHWM", in: text) else {
      throw .systemFile(path: path, expected: "a line VmHWM in kB")
    }
    self.init(residentBytes: resident, peakResidentBytes: peak)
  }
}
