import Foundation
import TestSupport
import Testing

/// What no client of ours sends: each is answered, and the server goes on.
@Suite("Hostile requests") struct HostileRequestTests {
  private let model: ScratchDirectory

  init() throws { model = try TinyModel.make() }

  /// Whether it still works.
  private func expectAlive(_ server: RunningServer) throws {
    #expect(try server.predict(#"{"text": "a film"}"#).status == 200)
    #expect(server.process.isRunning)
  }

  @Test("Bodies: a problem document that points to the member at fault") func bodies() throws {
    let server = try RunningServer(["tiny=" + model.path], ["--max-texts", "3", "--max-text-bytes", "10"])
    let cases: [(body: String, status: Int, kind: String, pointer: String?, word: String)] = [
      ("", 400, "malformed-json", nil, "byte 0"), ("{", 400, "malformed-json", nil, "byte 1"),
      ("{\"text\": \"a\"} x", 400, "malformed-json", nil, "expected the end"),
      ("{\"text\": \"a\", \"text\": \"b\"}", 400, "malformed-json", nil, "twice"),
      (String(repeating: "[", count: 100_000), 400, "malformed-json", nil, "nesting"),
      (#"{"text": "\ud800"}"#, 400, "malformed-json", nil, "surrogate"),
      ("[]", 422, "invalid-field", "#", "expected an object"),
      ("{}", 422, "invalid-field", "#", "text, texts or pairs"),
      (#"{"text": 1}"#, 422, "invalid-field", "#/text", "expected a string, found 1"),
      (#"{"text": null}"#, 422, "invalid-field", "#/text", "found null"),
      (#"{"text": "a", "texts": []}"#, 422, "invalid-field", "#/texts", "one of text, texts and pairs"),
      (#"{"text": "a", "pair": []}"#, 422, "invalid-field", "#/pair", "expected a string"),
      (#"{"texts": ["a"], "pair": "a"}"#, 422, "invalid-field", "#/pair", "beside text alone"),
      (#"{"texts": "a"}"#, 422, "invalid-field", "#/texts", "expected an array"),
      (#"{"texts": ["a", {}]}"#, 422, "invalid-field", "#/texts/1", "expected a string, found {}"),
      (#"{"pairs": [["a", "b"], ["a"]]}"#, 422, "invalid-field", "#/pairs/1", "array of two"),
      (#"{"pairs": [["a", 2]]}"#, 422, "invalid-field", "#/pairs/0/1", "expected a string"),
      (#"{"text": "a", "model": "other"}"#, 422, "invalid-field", "#/model", "expected one of tiny, found other"),
      (#"{"text": "a", "model": 3}"#, 422, "invalid-field", "#/model", "name of a model"),
      (#"{"text": "a", "to/p~ k": 3}"#, 422, "invalid-field", "#/to~1p~0%20k", "another member"),
      (#"{"texts": ["a", "a", "a", "a"]}"#, 413, "too-large", "#/texts", "at most 3 of them, found 4"),
      (#"{"texts": ["a", "12345678901"]}"#, 413, "too-large", "#/texts/1", "at most 10 bytes"),
      (#"{"text": "中文中文"}"#, 413, "too-large", "#/text", "found 12"),
    ]
    for wrong in cases {
      let answer = try server.predict(wrong.body)
      let shown = wrong.body.prefix(60)
      #expect(answer.status == wrong.status, "\(shown): \(answer.text)")
      #expect(answer.headers["content-type"] == "application/problem+json", "\(shown)")
      let problem = try answer.json()
      #expect(problem["type"] as? String == "urn:problem-type:espalier:\(wrong.kind)", "\(shown): \(answer.text)")
      #expect(problem["status"] as? Int == wrong.status)
      #expect((problem["title"] as? String)?.isEmpty == false)
      #expect((problem["detail"] as? String)?.contains(wrong.word) == true, "\(shown): \(answer.text)")
      let pointer = (problem["errors"] as? [[String: Any]])?.first?["pointer"] as? String
      #expect(pointer == wrong.pointer, "\(shown): \(answer.text)")
    }
    try expectAlive(server)
  }

  @Test("Invalid UTF-8, an empty text, control characters") func bytes() throws {
    let server = try RunningServer([model.path])
    for wrong in [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0x01]] as [[UInt8]] {
      let answer = try server.predict(Array(#"{"text": ""#.utf8) + wrong + Array(#""}"#.utf8))
      #expect(answer.status == 400)
      #expect(try answer.json()["type"] as? String == "urn:problem-type:espalier:malformed-json")
    }
    for text in [#""#, #"\u0000"#, #"\u200b\ufeff"#, "\u{301}\u{302}", "\u{7F}"] {
      let answer = try server.predict(#"{"text": "\#(text)"}"#)
      #expect(answer.status == 200, "\(answer.text)")
    }
    try expectAlive(server)
  }

  @Test("Ten megabytes: refused by the limits that stand, answered where they are raised") func large() throws {
    let text = String(repeating: "a fine film ", count: 10_000_000 / 12)
    let body = Array("{\"text\": \"\(text)\"}".utf8)
    let server = try RunningServer([model.path])
    let refused = try server.predict(body)
    #expect(refused.status == 413)
    #expect(refused.headers["connection"] == "close")
    #expect(try refused.json()["type"] as? String == "urn:problem-type:espalier:too-large")
    // Of a length that isn't stated.
    let connection = try server.connection()
    try connection.send("POST /predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 0x20, count: 0x10000) + Array("\r\n".utf8)
    // It may have been refused before all was sent.
    for _ in 0..<20 { try? connection.send(chunk) }
    #expect(try connection.answer()?.status == 413)
    try expectAlive(server)

    let wide = try RunningServer([model.path], ["--max-body-bytes", "20000000", "--max-text-bytes", "20000000"])
    let answered = try wide.predict(body)
    #expect(answered.status == 200, "\(answered.text)")
    try expectAlive(wide)
  }

  @Test("A body is asked for only where it may come") func expectContinue() throws {
    let server = try RunningServer([model.path])
    let body = Array(#"{"text": "a"}"#.utf8)
    let head = { (length: Int) in
      "POST /predict HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: \(length)\r\n\r\n"
    }
    let small = try server.connection()
    try small.send(head(body.count))
    #expect(try small.answer()?.status == 100)
    try small.send(body)
    #expect(try small.answer()?.status == 200)
    let large = try server.connection()
    try large.send(head(100_000_000))
    #expect(try large.answer()?.status == 413)
    #expect(try large.answer() == nil)
    try expectAlive(server)
  }

  @Test("What is no HTTP, and heads without end") func malformed() throws {
    let server = try RunningServer([model.path])
    for (text, status) in [
      ("hello\r\n\r\n", 400), ("BREW /predict HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET / HTTP/9.9\r\n\r\n", 400),
      ("GET /\u{0} HTTP/1.1\r\nHost: a\r\n\r\n", 400),
      ("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\n", 400),
      ("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400),
      ("POST /predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
      ("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 200_000))\r\n\r\n", 431),
    ] {
      let connection = try server.connection()
      try? connection.send(text)
      let answer = try #require(try connection.answer(), "\(text.prefix(40))")
      #expect(answer.status == status, "\(text.prefix(40)): \(answer.text)")
      #expect(answer.headers["content-type"] == "application/problem+json")
      #expect(try answer.json()["type"] as? String == "urn:problem-type:espalier:malformed-request")
      #expect(try connection.answer() == nil)
    }
    for (method, path, status) in [
      ("GET", "/nothing", 404), ("GET", "/predict", 405), ("POST", "/info", 405), ("DELETE", "/", 405),
      ("GET", "/../../etc/passwd", 404), ("GET", "/%00", 404), ("PUT", "/predict", 405),
    ] {
      let answer = try server.ask(RunningServer.request(method, path))
      #expect(answer.status == status, "\(method) \(path): \(answer.text)")
      #expect(answer.headers["content-type"] == "application/problem+json")
      #expect((answer.headers["allow"] != nil) == (status == 405))
    }
    try expectAlive(server)
  }

  @Test("A client that has said all and waits is answered; one that leaves in the middle does no harm")
  func halfClosed() throws {
    let server = try RunningServer([model.path])
    let body = Array(#"{"text": "a fine film"}"#.utf8)
    let whole = try server.connection()
    try whole.send(RunningServer.request("POST", "/predict", body))
    whole.endSending()
    #expect(try whole.answer()?.status == 200)
    #expect(try whole.answer() == nil)
    let half = try server.connection()
    try half.send(RunningServer.request("POST", "/predict", body).dropLast(5).map { $0 })
    half.endSending()
    #expect(try half.answer()?.status == 400)
    #expect(try half.answer() == nil)
    let nothing = try server.connection()
    nothing.endSending()
    #expect(try nothing.answer() == nil)
    for _ in 0..<50 {
      // Gone before the answer comes.
      let gone = try server.connection()
      try gone.send(RunningServer.request("POST", "/predict", body))
    }
    try expectAlive(server)
  }

  @Test("Requests sent without waiting are answered in order") func pipelined() throws {
    let server = try RunningServer(["tiny=" + model.path])
    let connection = try server.connection()
    var requests: [UInt8] = []
    for index in 0..<40 {
      requests += RunningServer.request("POST", "/predict", Array(#"{"text": "word\#(9 + index)"}"#.utf8))
      if index % 10 == 9 { requests += RunningServer.request("GET", "/nothing") }
      if index % 10 == 5 { requests += RunningServer.request("POST", "/predict", Array("{".utf8)) }
    }
    try connection.send(requests)
    for index in 0..<40 {
      let answer = try #require(try connection.answer())
      let alone = try server.predict(#"{"text": "word\#(9 + index)"}"#)
      #expect(
        answer.text.components(separatedBy: "prediction").last == alone.text.components(separatedBy: "prediction").last)
      if index % 10 == 9 { #expect(try connection.answer()?.status == 404) }
      if index % 10 == 5 { #expect(try connection.answer()?.status == 400) }
    }
    try expectAlive(server)
  }

  @Test("Slow clients: heads and bodies that come by drops don't hold a connection") func slow() throws {
    let server = try RunningServer(
      [model.path], ["--idle-timeout", "1", "--request-timeout", "1", "--max-connections", "4"])
    let head = try server.connection()
    try head.send("POST /predict HTT")
    let body = try server.connection()
    try body.send("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{\"te")
    let idle = try server.connection()
    // Bytes that keep the connection from being idle.
    for _ in 0..<100 where !body.hasSomething(within: 100) { try? body.send("x") }
    let answer = try #require(try body.answer())
    #expect(answer.status == 408)
    #expect(try answer.json()["type"] as? String == "urn:problem-type:espalier:slow-request")
    #expect(try head.answer() == nil)
    #expect(try idle.answer() == nil)
    // More than may connect at once: they wait for those to end.
    let crowd = try (0..<12).map { _ in try server.connection() }
    #expect(crowd.count == 12)
    try expectAlive(server)
  }
}
