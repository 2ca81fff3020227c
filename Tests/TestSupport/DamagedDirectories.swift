public import Foundation

/// Copies of a model directory with damage at random places, each in a directory of its own: a file that is mapped must not
/// be written over.
public struct DamagedDirectories {
  private let originals: [String: [UInt8]]
  /// The bytes of the safetensors file before its data.
  private let header: Int

  /// How many a test looks at: few in every run, as many as `ESPALIER_MUTATIONS` says under a sanitizer.
  public static var count: Int {
    ProcessInfo.processInfo.environment["ESPALIER_MUTATIONS"].flatMap { Int($0) } ?? 600
  }

  public init(of directory: URL) throws {
    var originals: [String: [UInt8]] = [:]
    for name in ["config.json", "model.safetensors"] {
      originals[name] = try [UInt8](Data(contentsOf: directory.appending(path: name)))
    }
    self.originals = originals
    let weights = originals["model.safetensors"] ?? []
    header = 8 + weights.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
  }

  /// Calls `body` with one after the other: configurations, headers and data by turns.
  public func forEach(_ count: Int, seed: UInt64, _ body: (URL) throws -> Void) throws {
    var random = SeededGenerator(state: seed)
    for index in 0..<count {
      let directory = try ScratchDirectory()
      for (name, original) in originals.sorted(by: { $0.key < $1.key }) {
        var bytes = original
        if (name == "config.json") == index.isMultiple(of: 3) {
          let end = name == "config.json" || index % 3 == 2 ? original.count : header
          bytes = Self.damaged(original, upTo: end, &random)
        }
        try directory.write(bytes, name)
      }
      try body(directory.url)
    }
  }

  /// One to three changes: a bit, a byte, a byte that JSON knows, a piece cut out or doubled.
  public static func damaged(_ bytes: [UInt8], upTo end: Int, _ random: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let place = Int.random(in: 0..<min(end, bytes.count), using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 2: bytes[place] = Array("{}[]\",:-0123456789.enulltrue".utf8).randomElement(using: &random) ?? 0
      case 3: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...9, using: &random)))
      default:
        bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 9)], at: place)
      }
      if bytes.isEmpty { return bytes }
    }
    return bytes
  }
}
