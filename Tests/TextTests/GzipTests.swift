import Foundation
import TestSupport
import Testing
import Text

/// Against the program gzip, which is on every system that we run on.
@Suite("Compressed files") struct GzipTests {
  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  private func gzip(_ bytes: [UInt8], _ options: String...) throws -> [UInt8] {
    let plain = try scratch.write(bytes, "plain")
    let packed = scratch.url.appending(path: "packed")
    try scratch.write("", "packed")
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["gzip", "-c"] + options + [plain.path(percentEncoded: false)]
    process.standardOutput = try FileHandle(forWritingTo: packed)
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return [UInt8](try Data(contentsOf: packed))
  }

  /// As rows of one column, for what is read are rows.
  private func unpack(_ bytes: [UInt8]) throws -> [String] {
    let file = try scratch.write(bytes, "a.tsv.gz").path(percentEncoded: false)
    let format = ExampleFormat(hasHeader: false, text: ["1"], pair: [], target: [], kind: nil)
    return try ExampleFile.read(file, format).map(\.text)
  }

  private static func lines(_ count: Int, words: Int, seed: UInt64) -> [String] {
    var random = SeededGenerator(state: seed)
    return (0..<count).map { row in
      "\(row) " + (0..<words).map { _ in String(UInt64.random(in: 0..<999, using: &random)) }.joined(separator: "é")
    }
  }

  @Test("What gzip packs is read again", arguments: ["-1", "-6", "-9"])
  func roundTrips(_ level: String) throws {
    for lines in [
      ["a"], Self.lines(3, words: 2, seed: 1), Self.lines(5000, words: 40, seed: 2),
      [String(repeating: "ab", count: 300_000)],
    ] {
      #expect(try unpack(gzip(Array(lines.joined(separator: "\n").utf8), level)) == lines)
    }
  }

  @Test("What can't be packed is stored") func stored() throws {
    var random = SeededGenerator(state: 4)
    // Seven bits of chance a byte leave little to gain; none is a line feed, a tab or a blank.
    let line = String(decoding: (0..<200_000).map { _ in UInt8.random(in: 0x21...0x7E, using: &random) }, as: UTF8.self)
    #expect(try unpack(gzip(Array(line.utf8), "-1")) == [line])
    // One stored block made by hand, as no level of gzip promises one.
    let body = Array("stored".utf8)
    let packed = try gzip(body)
    let block = [1, UInt8(body.count), 0, ~UInt8(body.count), 0xFF] + body
    let head: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    #expect(try unpack(head + block + packed.suffix(8)) == ["stored"])
  }

  @Test("Several members are one file") func members() throws {
    let first = try gzip(Array("a\nb".utf8)), second = try gzip(Array("c\nd".utf8))
    #expect(try unpack(first + second) == ["a", "bc", "d"])
  }

  @Test("A name and a comment in the head are passed over") func head() throws {
    var packed = try gzip(Array("a".utf8), "-n")
    packed[3] = 0x1C  // an extra field, a name and a comment
    packed.insert(contentsOf: [2, 0, 9, 9] + Array("name".utf8) + [0] + Array("comment".utf8) + [0], at: 10)
    #expect(try unpack(packed) == ["a"])
  }

  @Test("A file that is cut is refused wherever it is cut") func cut() throws {
    let packed = try gzip(Array(Self.lines(40, words: 3, seed: 7).joined(separator: "\n").utf8))
    for count in 0..<packed.count {
      let message = scratch.message { _ = try unpack(Array(packed.prefix(count))) }
      #expect(message?.contains("DIR/a.tsv.gz: damaged gzip at byte") == true, "\(count): \(message ?? "no error")")
    }
  }

  @Test("A damaged byte is found, and never ends in a crash") func damaged() throws {
    let lines = Self.lines(40, words: 3, seed: 8)
    let packed = try gzip(Array(lines.joined(separator: "\n").utf8), "-n")
    var random = SeededGenerator(state: 9)
    var unnoticed = 0
    for place in packed.indices {
      for _ in 0..<4 {
        var other = packed
        other[place] ^= UInt8.random(in: 1...255, using: &random)
        guard let found = try? unpack(other) else { continue }
        #expect(found == lines, "byte \(place)")
        unnoticed += 1
      }
    }
    // Time, hints and system in the head tell nothing of the content; nor do flags of what isn't there, and bits behind the
    // end.
    #expect(unnoticed >= 24 && unnoticed <= 32)
  }
}
