package import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A process that we feed lines, and that can be made to stand still.
///
/// It leads a process group of its own in our session. Should we be killed while it stands still, that group has no
/// parent left in the session, and the system sends it SIGHUP and SIGCONT (POSIX, `_exit`, "newly orphaned"); a process
/// that runs meets the end of its input. So nothing of ours stays behind. Where the first process of a container is a
/// shell in the same session the system sends nothing; there it helps that contestants ask to end with their parent.
///
/// The caller ignores SIGPIPE, as the program does: a child that is gone is then an error with words.
package final class ChildProcess {
  package let name: String
  package let identifier: Int32
  private let log: URL
  private let input: Int32
  private let output: Int32
  private var isInputOpen = true
  private var received: [UInt8] = []
  private var status: Int32?

  /// Starts a program, looked for along `PATH` where its name has no slash.
  ///
  /// - Parameters:
  ///   - name: what errors call it.
  ///   - log: the file that its standard error goes to.
  package init(
    _ name: String, command: [String], environment: [String: String], log: URL
  ) throws(BenchmarkError) {
    let input = try Descriptor.makePipe()
    let output: (reading: Int32, writing: Int32)
    do throws(BenchmarkError) { output = try Descriptor.makePipe() } catch {
      for end in [input.reading, input.writing] { close(end) }
      throw error
    }
    let started = Self.spawn(
      command, environment, input: input.reading, output: output.writing, log: log.path(percentEncoded: false))
    for end in [input.reading, output.writing] { close(end) }
    guard case .success(let identifier) = started else {
      for end in [input.writing, output.reading] { close(end) }
      guard case .failure(let error) = started else { throw .start(program: name, code: 0) }
      throw .start(program: command.first ?? name, code: error.code)
    }
    self.name = name
    self.identifier = identifier
    self.log = log
    self.input = input.writing
    self.output = output.reading
  }

  deinit {
    if status == nil {
      kill(-identifier, SIGKILL)
      _ = wait(options: 0)
    }
    if isInputOpen { close(input) }
    close(output)
  }

  /// Makes it and what it started stand still: no idle thread of it spins.
  package func pause() { if status == nil { kill(-identifier, SIGSTOP) } }

  package func resume() { if status == nil { kill(-identifier, SIGCONT) } }

  package func write(line: String) throws(BenchmarkError) {
    guard Descriptor.write(Array((line + "\n").utf8), to: input) else { throw failure() }
  }

  /// The next line of its output.
  package func readLine(seconds limit: Double) throws(BenchmarkError) -> String {
    while true {
      if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
        defer { received.removeFirst(end + 1) }
        return String(decoding: received[..<end], as: UTF8.self)
      }
      guard let more = Descriptor.read(output, seconds: limit) else { throw .silent(name: name, seconds: limit) }
      guard !more.isEmpty else { throw failure() }
      received += more
    }
  }

  /// All of its output, and how it ended, once it has.
  package func readToEnd() -> (output: String, hasSucceeded: Bool, status: String) {
    closeInput()
    while let more = Descriptor.read(output, seconds: nil), !more.isEmpty { received += more }
    _ = wait(options: 0)
    return (String(decoding: received, as: UTF8.self), status == 0, statusText)
  }

  /// Tells it by the end of its input to end, and ends it if it doesn't.
  package func finish(seconds limit: Double = 20) {
    resume()
    closeInput()
    var left = limit
    while !wait(options: WNOHANG) {
      guard left > 0 else {
        kill(-identifier, SIGKILL)
        _ = wait(options: 0)
        return
      }
      usleep(5000)
      left -= 0.005
    }
  }

  /// The end of what it wrote to its standard error, on one line.
  package var lastWords: String {
    let text = (try? Data(contentsOf: log)).map { String(decoding: $0.suffix(2000), as: UTF8.self) } ?? ""
    return text.split(whereSeparator: \.isNewline).suffix(3).joined(separator: " / ")
  }

  private func failure() -> BenchmarkError {
    // Its output is closed, so that it is about to end, if it has not.
    resume()
    closeInput()
    finish(seconds: 2)
    return .ended(name: name, status: statusText, said: lastWords)
  }

  private func closeInput() {
    if isInputOpen { close(input) }
    isInputOpen = false
  }

  /// Whether it has ended.
  private func wait(options: Int32) -> Bool {
    if status != nil { return true }
    var status: Int32 = 0
    var found = waitpid(identifier, &status, options)
    while found < 0 && errno == EINTR { found = waitpid(identifier, &status, options) }
    guard found != 0 else { return false }
    self.status = found == identifier ? status : -1
    return true
  }

  /// After `wait(2)`: the low seven bits are the signal.
  private var statusText: String {
    guard let status else { return "has not ended" }
    return status & 0x7F == 0 ? "ended with code \(status >> 8 & 0xFF)" : "was ended by signal \(status & 0x7F)"
  }
}

extension ChildProcess {
  private struct SpawnError: Error { var code: Int32 }

  #if canImport(Darwin)
    private typealias FileActions = posix_spawn_file_actions_t?
    private typealias Attributes = posix_spawnattr_t?
    private static let noFileActions: FileActions = nil
    private static let noAttributes: Attributes = nil
  #else
    private typealias FileActions = posix_spawn_file_actions_t
    private typealias Attributes = posix_spawnattr_t
    private static var noFileActions: FileActions { posix_spawn_file_actions_t() }
    private static var noAttributes: Attributes { posix_spawnattr_t() }
  #endif

  private static func spawn(
    _ command: [String], _ environment: [String: String], input: Int32, output: Int32, log: String
  ) -> Result<pid_t, SpawnError> {
    var actions = noFileActions
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0o666)

    var attributes = noAttributes
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setpgroup(&attributes, 0)
    // What we ignore it should not.
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGPIPE, SIGXFSZ, SIGHUP] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGDEF))

    let arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    let variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in arguments + variables { free(pointer) } }
    var identifier: pid_t = 0
    let code = posix_spawnp(&identifier, command.first ?? "", &actions, &attributes, arguments, variables)
    return code == 0 ? .success(identifier) : .failure(SpawnError(code: code))
  }
}
