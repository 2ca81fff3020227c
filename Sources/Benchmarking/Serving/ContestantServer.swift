import Compute
import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The other end of the line protocol: greets, then answers each line of the standard input with a line of the output.
public enum ContestantServer {
  /// Returns at the end of the input, or of the output.
  ///
  /// - Parameter peak: the GFLOP/s that the machine has to give now; nil where nobody can tell.
  public static func serve(
    _ contestant: any Contestant, greeting: Greeting, peak: () -> Double? = { nil }
  ) throws {
    ProcessLifetime.endWithParent()
    guard try write(greeting) else { return }
    // Made when it is first wanted: it is larger than most models.
    lazy var sweep = CacheSweep()
    while let line = readLine() {
      guard let request = try? JSONDecoder().decode(RoundRequest.self, from: Data(line.utf8)) else {
        throw ServingError.malformedRequest(line: line)
      }
      guard try write(try contestant.reply(to: request, peak: peak) { sweep.run() }) else { return }
    }
  }

  /// A value as a line of JSON, at once.
  private static func write(_ value: some Encodable) throws -> Bool {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var data = try encoder.encode(value)
    data.append(0x0A)
    return Descriptor.write(Array(data), to: STDOUT_FILENO)
  }
}
