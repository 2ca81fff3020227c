import Bert
import Foundation
import TestSupport
import Testing

@Suite("Broken safetensors files are refused with a reason") struct MalformedSafetensorsTests {
  /// A file with this header and that many bytes of data.
  static func file(_ header: String, data: Int = 0, stated: UInt64? = nil) -> [UInt8] {
    let text = Array(header.utf8)
    let length = stated ?? UInt64(text.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + text + [UInt8](repeating: 0, count: data)
  }

  static func tensor(_ name: String, _ dtype: String, _ shape: String, _ offsets: String) -> String {
    #""\#(name)":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}"#
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let bytes: [UInt8]
    let message: String

    init(_ bytes: [UInt8], _ message: String) {
      self.bytes = bytes
      self.message = message
    }

    var testDescription: String { message }
  }

  static let cases: [Case] = [
    Case([], "byte 0: expected at least 8 bytes for the header's length, the file has 0"),
    Case([1, 2, 3], "byte 0: expected at least 8 bytes for the header's length, the file has 3"),
    Case(
      file("{}", stated: 3),
      "byte 0: a header of 3 bytes does not fit in the file of 10 bytes: it is truncated or no safetensors file"),
    Case(
      file("{}", stated: .max),
      "byte 0: a header of 18446744073709551615 bytes does not fit in the file of 10 bytes: it is truncated or no safetensors file"
    ),
    Case(file(""), "byte 8: malformed header: expected a value, found the end of the text"),
    Case(file("{\"a\": }"), "byte 14: malformed header: expected a value, found '}'"),
    Case(file("[1]"), "byte 8: malformed header: expected an object, found [1]"),
    Case(file("{} x"), "byte 11: malformed header: expected the end of the text, found 'x'"),
    Case(
      file("{\"a\": \"\u{1}\"}"),
      "byte 15: malformed header: a control character in a string must be escaped, found byte 1"),
    Case(
      file(String(repeating: "[", count: 1000)), "byte 73: malformed header: more than 64 levels of nesting"),
    Case(file(#"{"__metadata__":[]}"#), "byte 8: malformed header: '__metadata__': expected an object, found []"),
    Case(
      file(#"{"__metadata__":{"format":1}}"#),
      "byte 8: malformed header: '__metadata__': expected a text for 'format', found 1"),
    Case(
      file("{" + tensor("a", "F32", "[1]", "[0,4]") + "," + tensor("a", "F32", "[1]", "[4,8]") + "}", data: 8),
      "byte 62: malformed header: the name \"a\" stands here twice"),
    Case(file(#"{"a":1}"#), "byte 8: tensor 'a': malformed header: 'dtype': expected a text, found none"),
    Case(
      file("{" + tensor("a", "F8_E4M3", "[1]", "[0,1]") + "}", data: 1), "byte 8: tensor 'a': unknown dtype 'F8_E4M3'"),
    Case(
      file("{" + tensor("a", "F32", "[-1]", "[0,4]") + "}", data: 4),
      "byte 8: tensor 'a': malformed header: 'shape': expected an array of counts, found [-1]"),
    Case(
      file("{" + tensor("a", "F32", "[1]", "[4,0]") + "}", data: 4),
      "byte 8: tensor 'a': malformed header: 'data_offsets': expected two counts, the second not below the first, found [4,0]"
    ),
    Case(
      file("{" + tensor("a", "F32", "[1]", "[0,99999999999999999999]") + "}", data: 4),
      "byte 8: tensor 'a': malformed header: 'data_offsets': expected two counts, the second not below the first, found [0,99999999999999999999]"
    ),
    Case(
      file("{" + tensor("a", "F32", "[2]", "[0,8]") + "}", data: 4),
      "byte 62: tensor 'a': the data end at 8, but the file holds 4 bytes of data: it is truncated"),
    Case(
      file("{" + tensor("a", "F16", "[2,3]", "[0,8]") + "}", data: 8),
      "byte 64: tensor 'a': F16 [2, 3] takes 12 bytes, found 8"),
    Case(
      file("{" + tensor("a", "F32", "[4294967296,4294967296]", "[0,8]") + "}", data: 8),
      "byte 82: tensor 'a': the shape [4294967296, 4294967296] has more elements than can be counted"),
    Case(
      file("{" + tensor("a", "F32", "[2]", "[0,8]") + "," + tensor("b", "F32", "[2]", "[4,12]") + "}", data: 12),
      "byte 120: tensor 'b': the data overlap those of tensor 'a'"),
    Case(
      file("{" + tensor("a", "F32", "[1]", "[0,4]") + "," + tensor("b", "F32", "[1]", "[8,12]") + "}", data: 12),
      "byte 120: tensor 'b': 4 bytes before the data belong to no tensor"),
    Case(
      file("{" + tensor("a", "F32", "[1]", "[0,4]") + "}", data: 7),
      "byte 66: 3 bytes after the last tensor belong to no tensor"),
  ]

  @Test(arguments: cases)
  func message(_ broken: Case) throws {
    let scratch = try ScratchDirectory()
    let url = try scratch.write(broken.bytes, "a.safetensors")
    #expect(scratch.message { _ = try SafetensorsFile(url: url) } == "DIR/a.safetensors: " + broken.message)
  }

  @Test("A header above the format's limit")
  func headerTooLong() throws {
    let scratch = try ScratchDirectory()
    let url = try scratch.write(Self.file("", stated: 100_000_001), "a.safetensors")
    let handle = try FileHandle(forWritingTo: url)
    try handle.truncate(atOffset: 100_000_100)
    try handle.close()
    #expect(
      scratch.message { _ = try SafetensorsFile(url: url) }
        == "DIR/a.safetensors: byte 0: a header of 100000001 bytes is longer than the format's limit of 100000000")
  }

  @Test("Files that are none")
  func noFile() throws {
    let scratch = try ScratchDirectory()
    let missing = scratch.url.appending(path: "a.safetensors")
    #expect(
      scratch.message { _ = try SafetensorsFile(url: missing) }
        == "DIR/a.safetensors: cannot open: no such file or directory")
    #expect(scratch.message { _ = try SafetensorsFile(url: scratch.url) }?.hasSuffix("expected a regular file") == true)
  }

  /// Random damage to a good file: it is refused, or still a good file; never a crash, and never a read outside.
  @Test("5,000 damaged files", arguments: 0..<5)
  func damaged(_ part: Int) throws {
    let scratch = try ScratchDirectory()
    let good = try Goldens.bytes("dtypes/dtypes.safetensors")
    let headerEnd = 8 + Int(good[0]) + Int(good[1]) << 8
    var random = SeededGenerator(state: UInt64(part))
    var accepted = 0
    for round in 0..<1000 {
      var bytes = good
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
      case 1:
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0 ... .max, using: &random)
        }
      case 2:
        bytes[Int.random(in: 0..<headerEnd, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      default:
        // A digit of a shape or an offset: the damage that a parser must work hardest to find.
        let digits = (8..<headerEnd).filter { (0x30...0x39).contains(bytes[$0]) }
        if let place = digits.randomElement(using: &random) {
          bytes[place] = UInt8.random(in: 0x30...0x39, using: &random)
        }
      }
      let url = try scratch.write(bytes, "\(round).safetensors")
      do {
        let file = try SafetensorsFile(url: url)
        for entry in file.entries {
          #expect(entry.range.upperBound <= bytes.count, "part \(part), round \(round)")
          _ = try? file.floats(of: entry.name)
        }
        accepted += 1
      } catch {
        #expect("\(error)".hasPrefix(url.path(percentEncoded: false)), "part \(part), round \(round)")
      }
      try FileManager.default.removeItem(at: url)
    }
    // Damage to the numbers themselves cannot be seen; damage to the header nearly always is.
    #expect(accepted > 0 && accepted < 700, "\(accepted) accepted")
  }
}
