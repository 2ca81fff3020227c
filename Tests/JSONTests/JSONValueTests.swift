import JSON
import Testing

@Suite("JSON") struct JSONValueTests {
  static func parse(_ text: String) throws(JSONError) -> JSONValue { try JSONValue(parsing: Array(text.utf8)[...]) }

  @Test("Values keep their order and digits")
  func values() throws {
    let text =
      #" {"b": [1, -0.5e+3, 1E-12, 12.0], "a": {"x": null, "y": true, "z": false}, "e": "", "l": [], "o": {}} "#
    let value = try Self.parse(text)
    #expect(value.compact == #"{"b":[1,-0.5e+3,1E-12,12.0],"a":{"x":null,"y":true,"z":false},"e":"","l":[],"o":{}}"#)
    #expect(try Self.parse(value.formatted()) == value)
    #expect(try Self.parse("12.0").integer == 12)
    #expect(try Self.parse("12.5").integer == nil)
    #expect(try Self.parse("1e400").double == nil)
    #expect(try Self.parse("1e400").integer == nil)
  }

  @Test("Strings: escapes, surrogate pairs, controls")
  func strings() throws {
    #expect(try Self.parse(#""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00é名""#).text == "\"\\/\u{8}\u{C}\n\r\té😀é名")
    let text = "\"\\\n\r\t\u{1}\u{1F}é😀\u{2028}"
    #expect(try Self.parse(JSONValue.string(text).compact).text == text)
  }

  @Test(
    "What is not JSON is refused at its place",
    arguments: [
      ("", 0), ("  ", 2), ("{", 1), ("[1,]", 3), ("[1 2]", 3), ("{\"a\" 1}", 5), ("{\"a\":1,}", 7), ("{a:1}", 1),
      ("01", 1),
      ("-", 1), ("1.", 2), ("1e", 2), ("+1", 0), (".5", 0), ("nul", 0), ("True", 0), ("NaN", 0), ("'a'", 0), ("\"a", 0),
      ("\"\\x\"", 1), ("\"\\u12\"", 5), ("\"\\uD800\"", 1), ("\"\\uDC00\"", 1), ("\"\\uD800\\u0041\"", 1),
      ("\"\n\"", 1),
      ("1 1", 2), ("{\"a\":1,\"a\":2}", 7), ("\u{FEFF}1", 0),
    ])
  func refused(_ text: String, _ offset: Int) {
    #expect(throws: JSONError.self) { try Self.parse(text) }
    do throws(JSONError) { _ = try Self.parse(text) } catch {
      #expect(error.offset == offset, "\(text): \(error.reason)")
    }
  }

  @Test("A name may stand twice where that is allowed: the last one counts")
  func duplicateNames() throws {
    let text = Array(#"{"a":1,"a":2}"#.utf8)
    #expect(try JSONValue(parsing: text[...], duplicateNames: .kept)["a"]?.integer == 2)
  }

  @Test("Places count from the start of the slice")
  func slices() {
    let text = Array("1 [2,] 3".utf8)
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text[2..<6]) }
    #expect(error?.offset == 3)
  }

  @Test(
    "Invalid UTF-8 is refused", arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE5, 0x90]] as [[UInt8]])
  func invalidText(_ bytes: [UInt8]) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: ([0x22] + bytes + [0x22])[...]) }
  }
}
