extension Machine {
  /// The share of processors that control groups leave to this process, from Linux's `/sys/fs/cgroup`: the least quota
  /// along the process's groups, in processors; nil without one.
  ///
  /// A limit may sit on any ancestor, so each is asked. Inside of a container the path of `/proc/self/cgroup` may not
  /// exist below the mount; the mount's root is then the group itself and is asked in any case.
  ///
  /// - Parameter file: the text of a path, nil where there is none.
  package static func cpuQuota(file: (String) -> String?) -> Double? {
    guard let membership = file("/proc/self/cgroup") else { return nil }
    var least: Double?
    for line in membership.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let controllers = parts[1].split(separator: ",")
      for group in ancestors(of: parts[2]) {
        var quota: Double?
        if controllers.isEmpty {
          quota = file("/sys/fs/cgroup\(group)/cpu.max").flatMap(version2)
        } else if controllers.contains("cpu") {
          let root = "/sys/fs/cgroup/cpu\(group)"
          quota = version1(quota: file("\(root)/cpu.cfs_quota_us"), period: file("\(root)/cpu.cfs_period_us"))
        }
        if let quota { least = min(least ?? quota, quota) }
      }
    }
    return least
  }

  /// `cpu.max` of version 2: `QUOTA PERIOD` in microseconds, or `max PERIOD`.
  private static func version2(_ text: String) -> Double? {
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count == 2 else { return nil }
    return ratio(words[0], words[1])
  }

  /// `cpu.cfs_quota_us` and `cpu.cfs_period_us` of version 1; a quota of -1 is none.
  private static func version1(quota: String?, period: String?) -> Double? {
    guard let quota, let period else { return nil }
    return ratio(SystemFile.trimmed(quota), SystemFile.trimmed(period))
  }

  private static func ratio(_ quota: some StringProtocol, _ period: some StringProtocol) -> Double? {
    guard let quota = Double(quota), let period = Double(period), quota > 0, period > 0 else { return nil }
    let processors = quota / period
    return processors.isFinite ? processors : nil
  }

  /// "/a/b" gives "/a/b", "/a" and "".
  private static func ancestors(of group: Substring) -> [String] {
    var names = group.split(separator: "/")
    var paths = [""]
    while !names.isEmpty {
      paths.append("/" + names.joined(separator: "/"))
      names.removeLast()
    }
    return paths
  }
}
