import ArgumentParser
import FoundationEssentials
import Measurement
import Text

/// A tokenizer as a contestant: it greets when it is loaded, then cuts all sentences once for each line that comes in.
///
/// The driver is Benchmarks/peers/tokenization.py.
struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Cuts the sentences of a file once for each line of the standard input, in one thread.")

  @Argument(help: "A directory with the files of a tokenizer.")
  var directory: String

  @Option(help: "A file of sentences, one a line.")
  var sentences: String

  private struct Greeting: Encodable {
    var loadSeconds: Double
  }

  private struct Run: Encodable {
    var seconds: Double
    var tokens: Int
    /// FNV-1a over all ids, each as four bytes.
    var hash: String
  }

  func run() throws {
    let lines = try String(contentsOf: URL(filePath: sentences), encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let load = Stopwatch()
    let tokenizer = try ModelTokenizer.read(modelDirectory: URL(directory: directory))
    try Output.line(Greeting(loadSeconds: load.seconds))
    while readLine() != nil {
      let watch = Stopwatch()
      let encodings = lines.map { tokenizer.encode($0) }
      let seconds = watch.seconds
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for id in encodings.lazy.flatMap(\.ids) {
        for shift in [0, 8, 16, 24] { hash = (hash ^ UInt64(id >> Int32(shift) & 0xFF)) &* 0x100_0000_01B3 }
      }
      try Output.line(
        Run(seconds: seconds, tokens: encodings.reduce(0) { $0 + $1.ids.count }, hash: String(hash, radix: 16)))
    }
  }
}
