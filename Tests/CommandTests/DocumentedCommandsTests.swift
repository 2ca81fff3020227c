import Foundation
import TestSupport
import Testing

/// The commands of a page, one block after the other, as a reader would type them.
@Suite("Commands of the documentation", .enabled(if: Peers.areAsked)) struct DocumentedCommandsTests {
  private struct Block {
    var language: String
    var code: String
  }

  /// What stands between fences that name a language.
  private static func blocks(_ page: String) throws -> [Block] {
    let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "docs").appending(path: page)
    var blocks: [Block] = []
    var open: Block?
    for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        if let block = open { blocks.append(block) }
        open = open == nil ? Block(language: String(line.dropFirst(3)), code: "") : nil
      } else {
        open?.code += line + "\n"
      }
    }
    return blocks.filter { ["sh", "python"].contains($0.language) }
  }

  @Test(arguments: [
    ("export-onnx.md", 3), ("use-from-transformers.md", 2), ("predict.md", 1), ("serve.md", 1), ("tasks.md", 3),
  ])
  func commands(_ page: String, fewest: Int) throws {
    let scratch = try ScratchDirectory()
    try TinyModel.write(to: scratch.url.appending(path: "my-model"), width: 64)
    let rows = (0..<60).map { "a word\(9 + $0 % 88) film\t\($0 % 3)" }
    try scratch.write("sentence\tlabel\n" + rows.joined(separator: "\n") + "\n", "train.tsv")
    let folders = [try Program.url(), try Peers.python()].map {
      $0.deletingLastPathComponent().path(percentEncoded: false)
    }
    let path = (folders + [ProcessInfo.processInfo.environment["PATH"] ?? ""]).joined(separator: ":")
    let blocks = try Self.blocks(page).filter { ["sh", "python"].contains($0.language) }
    #expect(blocks.count >= fewest)
    for block in blocks {
      let script = try scratch.write(block.code, "block").path(percentEncoded: false)
      let interpreter = block.language == "python" ? "exec python" : "exec bash -euo pipefail"
      let result = try Program.run(
        URL(filePath: "/bin/sh"), ["-c", "cd '\(scratch.path)' && \(interpreter) '\(script)'"],
        environment: ["PATH": path, "HF_HUB_OFFLINE": "1"])
      #expect(result.status == 0, "\(page):\n\(block.code)\n\(result.output)\(result.errors)")
    }
  }
}
