internal import CKernels
internal import FoundationEssentials

/// How many threads this process should use: what its affinity allows, and no more than its control group's quota.
///
/// A container with a quota of two cores on a machine with 64 would otherwise be throttled most of the time.
public enum ProcessorCount {
  /// At least 1.
  public static var available: Int { max(1, min(affinity, quota ?? .max)) }

  static var affinity: Int { Int(ck_affinity_count()) }

  /// The quota of control groups, version 2 or 1, rounded up to whole cores.
  static var quota: Int? {
    if let text = try? String(contentsOfFile: "/sys/fs/cgroup/cpu.max", encoding: .utf8) {
      let parts = text.split(whereSeparator: \.isWhitespace)
      guard parts.count == 2, let quota = Double(parts[0]), let period = Double(parts[1]), period > 0 else {
        return nil
      }
      return Int((quota / period).rounded(.up))
    }
    func number(_ path: String) -> Double? {
      (try? String(contentsOfFile: path, encoding: .utf8)).flatMap { text in
        Double(text.filter { !$0.isWhitespace })
      }
    }
    guard let quota = number("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"), quota > 0,
      let period = number("/sys/fs/cgroup/cpu/cpu.cfs_period_us"), period > 0
    else { return nil }
    return Int((quota / period).rounded(.up))
  }
}
