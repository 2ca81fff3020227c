import Benchmarking
import Foundation
import TestSupport
import Testing

@Suite("Processes of contestants", .serialized) struct ChildProcessTests {
  private let scratch: ScratchDirectory

  init() throws {
    scratch = try ScratchDirectory()
    // As the program does: a child that is gone is an error with words.
    signal(SIGPIPE, SIG_IGN)
  }

  private func shell(_ script: String) throws -> ChildProcess {
    try ChildProcess(
      "shell", command: ["sh", "-c", script], environment: ["PATH": "/usr/bin:/bin"],
      log: scratch.url.appending(path: "log"))
  }

  @Test func linesInAndOut() throws {
    let child = try shell("while read line; do echo \"<$line>\"; echo second; done")
    for word in ["one", "two"] {
      try child.write(line: word)
      #expect(try child.readLine(seconds: 30) == "<\(word)>")
      #expect(try child.readLine(seconds: 30) == "second")
    }
    child.finish()
  }

  @Test("What stands still gives no answer until it goes on") func pausing() throws {
    let child = try shell("while read line; do echo $line; done")
    try child.write(line: "a")
    #expect(try child.readLine(seconds: 30) == "a")
    child.pause()
    try child.write(line: "b")
    #expect(throws: BenchmarkError.silent(name: "shell", seconds: 0.3)) { try child.readLine(seconds: 0.3) }
    child.resume()
    #expect(try child.readLine(seconds: 30) == "b")
    child.pause()
    // Stopped, and yet it ends.
    child.finish()
    #expect(kill(child.identifier, 0) != 0)
  }

  @Test("The end of a process is an error with its code and last words") func ending() throws {
    let child = try shell("echo 'no memory' >&2; exit 3")
    #expect(throws: BenchmarkError.ended(name: "shell", status: "ended with code 3", said: "no memory")) {
      try child.readLine(seconds: 30)
    }
    let killed = try shell("kill -9 $$")
    #expect(throws: BenchmarkError.ended(name: "shell", status: "was ended by signal 9", said: "")) {
      try killed.readLine(seconds: 30)
    }
  }

  @Test func wholeOutput() throws {
    let result = try shell("cat; echo done").readToEnd()
    #expect(result.output == "done\n" && result.hasSucceeded)
    #expect(try shell("exit 2").readToEnd().status == "ended with code 2")
  }

  @Test("What can't be started says so") func missingProgram() {
    #expect(throws: BenchmarkError.self) {
      try ChildProcess(
        "none", command: ["/no/such/program"], environment: [:], log: scratch.url.appending(path: "log"))
    }
  }

  @Test("A process that nobody holds any more is gone") func release() throws {
    var child: ChildProcess? = try shell("sleep 1000")
    let identifier = try #require(child?.identifier)
    #expect(kill(identifier, 0) == 0)
    child = nil
    #expect(kill(identifier, 0) != 0)
  }
}
