import Foundation
import TestSupport
import Testing
import Text

@Suite("Texts of two megabytes", .serialized) struct HostileTextTests {
  private static let bytes = 2_000_000

  private static let texts: [(name: String, unit: String)] = [
    ("one letter", "x"), ("blanks", " "), ("combining marks", "\u{301}"), ("marks out of order", "\u{301}\u{323}"),
    ("apostrophes", "'"), ("digits", "7"), ("NUL", "\0"), ("CJK", "中"), ("an emoji sequence", "👩\u{200D}"),
    ("masks", " <mask>"), ("half a mask", "<mas"), ("marks of words", "▁"), ("letters and marks", "e\u{301}\u{327}"),
    ("unknown", "\u{10FFFF}"), ("sentences", "It's a fine film, isn't it? "), ("line ends", "\r\n"),
  ]

  /// Linear time is some seconds here; quadratic time would be days.
  @Test("They are cut in linear time", arguments: ["roberta", "xlm-roberta", "bert-small"])
  func linear(_ directory: String) throws {
    let tokenizer = try ModelTokenizer.read(modelDirectory: Fixtures.url(directory))
    let clock = ContinuousClock()
    for (name, unit) in Self.texts {
      let text = String(repeating: unit, count: Self.bytes / unit.utf8.count)
      var count = 0
      let time = clock.measure { count = tokenizer.encode(text).ids.count }
      #expect(count >= 2, "\(name)")
      #expect(time < .seconds(20), "\(directory): \(name): \(time)")
    }
  }
}
