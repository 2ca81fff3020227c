import FoundationEssentials

/// The small text files by which Linux describes itself.
enum SystemFile {
  /// The text, or nil where it can't be read. These files state no size, and of such a one Foundation gives what the first
  /// call reads: 4 KiB at most under `/proc`, in which lies what is looked up in them.
  static func text(_ path: String) -> String? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    return String(decoding: data, as: UTF8.self)
  }

  /// The value of the first line `key: value`.
  static func field(_ key: String, in text: String) -> String? {
    for line in text.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":"), trimmed(line[..<colon]) == key else { continue }
      return trimmed(line[line.index(after: colon)...])
    }
    return nil
  }

  /// A field such as `VmHWM: 1612 kB`, in bytes.
  static func kilobytes(_ key: String, in text: String) -> Int? {
    guard let words = field(key, in: text)?.split(whereSeparator: \.isWhitespace), words.count == 2, words[1] == "kB",
      let value = Int(words[0])
    else { return nil }
    let (bytes, overflow) = value.multipliedReportingOverflow(by: 1024)
    return overflow ? nil : bytes
  }

  static func trimmed(_ text: some StringProtocol) -> String {
    let start = text.drop(while: \.isWhitespace)
    guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...end])
  }
}
