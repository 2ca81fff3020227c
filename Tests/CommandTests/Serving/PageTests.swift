import Foundation
import TestSupport
import Testing

/// The page as a browser shows it.
@Suite("The page", .enabled(if: Chromium.isAsked)) struct PageTests {
  @Test("A sentence is answered by each model, side by side") func comparison() throws {
    let model = try TinyModel.make()
    let scratch = try ScratchDirectory()
    let int8 = scratch.path + "/int8"
    #expect(try Program.run(["quantize", model.path, "--scheme", "int8-ptq-dynamic", "--output", int8]).status == 0)
    let server = try RunningServer(["small=" + int8, "exact=" + model.path])
    let answered = try Chromium.page("http://127.0.0.1:\(server.port)/?text=a%20fine%20film")
    let label = try #require(try server.predict(#"{"text": "a fine film"}"#).json()["prediction"] as? [String: Any])[
      "label"]
    let name = try #require(label as? String)
    #expect(answered.components(separatedBy: "<article").count == 3, "\(answered)")
    #expect(answered.contains("small: \(name); exact: "), "\(answered)")
    #expect(answered.components(separatedBy: "<p class=\"time\">").count == 3)
    #expect(answered.components(separatedBy: "<span>negative</span>").count == 3)
    #expect(answered.contains("int8-ptq-dynamic") && answered.contains("3 layers of width 24"))
    // What a server refuses is shown in its words.
    let narrow = try RunningServer([int8], ["--max-text-bytes", "3"])
    let refused = try Chromium.page("http://127.0.0.1:\(narrow.port)/?text=a%20fine%20film")
    #expect(refused.contains("expected at most 3 bytes of UTF-8, found 11"), "\(refused)")
  }
}

/// A browser without a window.
enum Chromium {
  private static let environment = ProcessInfo.processInfo.environment

  private static let url: URL? = {
    let names = [environment["CHROMIUM"] ?? "", "chromium", "chromium-browser", "google-chrome"].filter { !$0.isEmpty }
    let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
    let paths = names.flatMap { name in name.contains("/") ? [name] : folders.map { "\($0)/\(name)" } }
    return paths.first { FileManager.default.isExecutableFile(atPath: $0) }.map { URL(filePath: $0) }
  }()

  /// Whether the tests of the page are run: always where a machine decides on a change.
  static let isAsked: Bool = {
    if url != nil || environment["CI"] != nil { return true }
    let words = "NOT TESTED: the page of `espalier serve`; install Chromium, or name it by CHROMIUM=PATH\n"
    try? FileHandle.standardError.write(contentsOf: Data(words.utf8))
    return false
  }()

  /// The page when its scripts have done what they do by themselves.
  static func page(_ address: String) throws -> String {
    struct Missing: Error {}
    guard let url else { throw Missing() }
    let profile = try ScratchDirectory()
    let options = [
      "--headless=new", "--disable-gpu", "--no-sandbox", "--user-data-dir=\(profile.path)",
      "--virtual-time-budget=20000",
      "--dump-dom",
    ]
    let result = try Program.run(url, options + [address], environment: [:])
    #expect(result.status == 0, "\(result.errors)")
    return result.output
  }
}
