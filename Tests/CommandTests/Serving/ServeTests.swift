import Foundation
import TestSupport
import Testing

@Suite("The server") struct ServeTests {
  private let model: ScratchDirectory

  init() throws { model = try TinyModel.make() }

  @Test("Answers are those of predict") func predictions() throws {
    let server = try RunningServer(["tiny=" + model.path])
    let lines = try Program.run(["predict", model.path], input: Data("a fine film\ndull\n\n".utf8)).lines
    let one = try server.predict(#"{"text": "a fine film"}"#)
    #expect(one.status == 200)
    #expect(one.headers["content-type"] == "application/json")
    #expect(one.text.hasPrefix(#"{"model":"tiny","milliseconds":"#), "\(one.text)")
    #expect(one.text.hasSuffix(#","prediction":\#(lines[0])}"#), "\(one.text)")
    let many = try server.predict(#"{"texts": ["a fine film", "dull", ""], "model": "tiny"}"#)
    #expect(many.text.hasSuffix(#","predictions":[\#(lines.joined(separator: ","))]}"#), "\(many.text)")
    #expect(try server.predict(#"{"texts": []}"#).text.hasSuffix(#","predictions":[]}"#))
    let pair = try server.predict(#"{"text": "a fine film", "pair": "dull"}"#).text
    let pairs = try server.predict(#"{"pairs": [["a fine film", "dull"]]}"#).text
    let prediction = try #require(pair.components(separatedBy: "\"prediction\":").last?.dropLast())
    #expect(pairs.hasSuffix("[\(prediction)]}"))
    #expect(!pair.hasSuffix("\(lines[0])}"))
  }

  @Test("Models by name; the first where none is named") func models() throws {
    let scratch = try ScratchDirectory()
    let int8 = scratch.path + "/int8"
    #expect(try Program.run(["quantize", model.path, "--scheme", "int8-ptq-dynamic", "--output", int8]).status == 0)
    let server = try RunningServer([int8, "exact=" + model.path])
    #expect(try server.predict(#"{"text": "a"}"#).text.contains(#""model":"int8""#))
    #expect(try server.predict(#"{"text": "a", "model": "exact"}"#).text.contains(#""model":"exact""#))
    let info = try server.get("/info").json()
    let models = try #require(info["models"] as? [[String: Any]])
    #expect(models.map { $0["name"] as? String } == ["int8", "exact"])
    #expect(models[0]["scheme"] as? String == "int8-ptq-dynamic or int8-qat")
    #expect(models[1]["scheme"] as? String == "F32")
    #expect(models[1]["labels"] as? [String] == ["negative", "neutral", "positive"])
    #expect((info["limits"] as? [String: Any])?["texts"] as? Int == 1024)
  }

  @Test("Health, metrics, description, page, HEAD") func endpoints() throws {
    let server = try RunningServer(["tiny=" + model.path])
    _ = try server.predict(#"{"texts": ["a", "a fine film"]}"#)
    _ = try server.predict("{")
    #expect(try server.get("/health").text == #"{"status":"ok","live":true,"ready":true}"#)
    #expect(try server.get("/health/live").status == 200)
    #expect(try server.get("/health/ready").status == 200)
    let metrics = try server.get("/metrics")
    #expect(metrics.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
    for line in [
      #"espalier_requests_total{path="/predict",status="200"} 1"#,
      #"espalier_requests_total{path="/predict",status="400"} 1"#,
      #"espalier_texts_total{model="tiny"} 2"#, #"espalier_queue_tokens{model="tiny"} 0"#,
      #"espalier_batch_tokens_sum{model="tiny"} 8"#, #"espalier_request_duration_seconds_count{path="/predict"} 2"#,
    ] {
      #expect(metrics.text.contains(line + "\n"), "\(line)\n\(metrics.text)")
    }
    #expect(metrics.text.contains("process_resident_memory_bytes "))
    let description = try server.get("/openapi.json").json()
    #expect(description["openapi"] as? String == "3.1.0")
    let paths = try #require(description["paths"] as? [String: Any])
    for path in paths.keys where path != "/predict" { #expect(try server.get(path).status == 200, "\(path)") }
    #expect(paths["/predict"] != nil)
    let page = try server.get("/")
    #expect(page.headers["content-security-policy"]?.contains("default-src 'none'") == true)
    #expect(!page.text.contains("http://") && !page.text.contains("https://"))
    let head = try server.ask(RunningServer.request("HEAD", "/info"), hasBody: false)
    #expect(head.status == 200 && Int(head.headers["content-length"] ?? "") ?? 0 > 0)
  }

  @Test("Settings from the environment; the command line goes before it") func environment() throws {
    let server = try RunningServer(
      [], ["--max-texts", "2"],
      environment: [
        "ESPALIER_SERVE_MODELS": "one=\(model.path) two=\(model.path)", "ESPALIER_SERVE_MAX_TEXTS": "1",
        "ESPALIER_SERVE_MAX_TEXT_BYTES": "4", "ESPALIER_SERVE_THREADS": "1",
      ])
    let limits = try #require(try server.get("/info").json()["limits"] as? [String: Any])
    #expect(limits["texts"] as? Int == 2)
    #expect(limits["text_bytes"] as? Int == 4)
    #expect(try server.predict(#"{"texts": ["a", "a"], "model": "two"}"#).status == 200)
    #expect(try server.predict(#"{"texts": ["a", "a", "a"]}"#).status == 413)
  }

  @Test("Each flag names its variable") func variables() throws {
    let help = try Program.run(["serve", "--help"]).output
    let words = help.split(whereSeparator: \.isWhitespace).map(String.init)
    let flags = Set(words.filter { $0.hasPrefix("--") }).subtracting(["--quiet", "--help", "--version", "--port"])
    #expect(flags.count >= 12, "\(flags)")
    for flag in flags.union(["--port", "--models"]) {
      let variable = "[ESPALIER_SERVE_\(flag.dropFirst(2).uppercased().replacing("-", with: "_"))]"
      #expect(words.contains(variable), "\(variable)")
    }
  }

  @Test("What can't be served is told at once") func refused() throws {
    for (arguments, variables, word) in [
      ([String](), [String: String](), "ESPALIER_SERVE_MODELS"),
      ([model.path], ["ESPALIER_SERVE_PORT": "http"], "ESPALIER_SERVE_PORT: expected 0 to 65535, found 'http'"),
      ([model.path, "--max-texts", "0"], [:], "--max-texts: expected 1 to"),
      (["a=" + model.path, "a=" + model.path], [:], "two models are named 'a'"),
      ([model.path + "/none"], [:], "none"),
      ([model.path, "--log-level", "loud"], [:], "found 'loud'"),
    ] {
      let result = try Program.run(["serve"] + arguments, environment: variables)
      #expect(result.status == 65, "\(arguments): \(result.errors)")
      #expect(result.errors.contains(word), "\(result.errors)")
    }
    let server = try RunningServer([model.path])
    let taken = try Program.run(["serve", model.path, "--port", "\(server.port)"])
    #expect(taken.status == 70)
    #expect(taken.errors.contains("cannot listen on 127.0.0.1, port \(server.port)"), "\(taken.errors)")
  }

  /// A request that takes the model of these tests some seconds.
  private static let long: [UInt8] = {
    let text = "\"" + String(repeating: "fine ", count: 120) + "\""
    return Array("{\"texts\": [\([String](repeating: text, count: 3000).joined(separator: ","))]}".utf8)
  }()
  private static let roomForIt = ["--max-body-bytes", "20000000", "--max-texts", "3000", "--threads", "1"]

  /// Wide enough that one thread takes seconds for all of `long`: some 300 Gflop.
  private static func slowModel() throws -> ScratchDirectory {
    let scratch = try ScratchDirectory()
    try TinyModel.write(to: scratch.url, width: 256)
    return scratch
  }

  @Test("SIGTERM: what was taken is answered, nothing new is, and the end is a good one", arguments: [SIGTERM, SIGINT])
  func stop(_ signal: Int32) throws {
    let model = try Self.slowModel()
    let server = try RunningServer([model.path], Self.roomForIt)
    let idle = try server.connection()
    let busy = try server.connection()
    try busy.send(RunningServer.request("POST", "/predict", Self.long))
    try untilWaiting(server)
    server.process.send(signal)
    let answer = try #require(try busy.answer())
    #expect(answer.status == 200)
    #expect(answer.text.components(separatedBy: "\"label\"").count == 3001)
    #expect(try idle.answer() == nil)
    let result = try server.process.result()
    #expect(result.status == 0, "\(result.errors)")
    #expect(throws: RawConnection.Failure.self) { try server.connection() }
  }

  @Test("A full queue answers 503 with the time to come again, and is ready again later") func overload() throws {
    let model = try Self.slowModel()
    let server = try RunningServer([model.path], Self.roomForIt + ["--queue-tokens", "10"])
    let busy = try server.connection()
    try busy.send(RunningServer.request("POST", "/predict", Self.long))
    try untilWaiting(server)
    let refused = try server.predict(#"{"text": "a fine film"}"#)
    #expect(refused.status == 503)
    #expect(refused.headers["content-type"] == "application/problem+json")
    #expect(Int(refused.headers["retry-after"] ?? "") ?? 0 >= 1)
    #expect(try refused.json()["type"] as? String == "urn:problem-type:espalier:overloaded")
    #expect(try server.get("/health").status == 503)
    #expect(try server.get("/health/live").status == 200)
    #expect(try busy.answer()?.status == 200)
    #expect(try server.predict(#"{"text": "a fine film"}"#).status == 200)
    #expect(try server.get("/health").status == 200)
  }

  @Test("An answer that takes too long ends in 503, and the work for it") func tooSlow() throws {
    let model = try Self.slowModel()
    let server = try RunningServer(
      [model.path], Self.roomForIt + ["--request-timeout", "1", "--queue-tokens", "10000000"])
    let many = [UInt8](Self.long)
    var answers: [RawConnection.Answer] = []
    let connections = try (0..<4).map { _ in try server.connection() }
    for connection in connections { try connection.send(RunningServer.request("POST", "/predict", many)) }
    for connection in connections { if let answer = try connection.answer() { answers.append(answer) } }
    let late = answers.filter { $0.status == 503 }
    #expect(!late.isEmpty, "\(answers.map(\.status))")
    for answer in late {
      #expect(try answer.json()["type"] as? String == "urn:problem-type:espalier:too-slow")
      #expect(answer.headers["retry-after"] != nil)
    }
    // Nothing is left of it: otherwise short texts would be late as well for a long time.
    #expect(try (0..<5).contains { _ in try server.predict(#"{"text": "a"}"#).status == 200 })
  }

  private func untilWaiting(_ server: RunningServer) throws {
    for _ in 0..<1000 {
      let line = try server.get("/metrics").text.split(separator: "\n").first { $0.hasPrefix("espalier_queue_tokens") }
      if let line, !line.hasSuffix(" 0") { return }
      Thread.sleep(forTimeInterval: 0.005)
    }
    throw RawConnection.Failure(description: "nothing waits")
  }
}
