import Compute
import Foundation
import TestSupport
import Testing

@Suite("Mapped and atomic files") struct FileTests {
  @Test("A mapped file has the file's bytes", arguments: [0, 1, 4095, 4096, 4097, 100_000])
  func maps(_ count: Int) throws {
    let scratch = try ScratchDirectory()
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let file = try MappedFile(url: try scratch.write(bytes, "a"))
    #expect(file.byteCount == count)
    #expect(file.withBytes { $0.withUnsafeBytes { [UInt8]($0) } } == bytes)
    let part = MappedBytes(file: file, range: count / 3..<count)
    #expect(part.withBytes { $0.withUnsafeBytes { [UInt8]($0) } } == Array(bytes[(count / 3)...]))
  }

  @Test("What cannot be mapped")
  func notMapped() throws {
    let scratch = try ScratchDirectory()
    #expect(
      scratch.message { _ = try MappedFile(url: scratch.url.appending(path: "no")) }
        == "DIR/no: cannot open: no such file or directory")
    #expect(scratch.message { _ = try MappedFile(url: scratch.url) }?.hasSuffix(": expected a regular file") == true)
    #if os(Linux)
      #expect(throws: FileError.notRegularFile(path: "/dev/null")) { try MappedFile(url: URL(filePath: "/dev/null")) }
    #endif
  }

  @Test(
    "Pieces of any size arrive in order",
    arguments: [[], [0], [1, 65535, 1], [65536, 65537, 3], [200_000, 5, 70_000]])
  func writes(_ sizes: [Int]) throws {
    let scratch = try ScratchDirectory()
    let url = scratch.url.appending(path: "a b %20 é")
    var expected: [UInt8] = []
    try AtomicFile.write(to: url) { file in
      for (i, size) in sizes.enumerated() {
        let piece = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ i) }
        expected += piece
        try file.write(piece)
      }
      #expect(!FileManager.default.fileExists(atPath: url.path(percentEncoded: false)))
    }
    #expect(try [UInt8](Data(contentsOf: url)) == expected)
    try AtomicFile.write("new text", to: url)
    #expect(try String(contentsOf: url, encoding: .utf8) == "new text")
    try AtomicFile.write(Data([1, 2]), to: url)
    #expect(try Data(contentsOf: url) == Data([1, 2]))
    #expect(try scratch.entries() == ["a b %20 é"])
  }

  @Test("An error in the middle leaves the old file")
  func keepsOld() throws {
    let scratch = try ScratchDirectory()
    let url = try scratch.write("old", "a")
    #expect(throws: CancellationError.self) {
      try AtomicFile.write(to: url) { file in
        try file.write([UInt8](repeating: 0, count: 100_000))
        throw CancellationError()
      }
    }
    #expect(try String(contentsOf: url, encoding: .utf8) == "old")
    #expect(try scratch.entries() == ["a"])
  }

  @Test("A path of the working directory")
  func relativePath() throws {
    let name = "espalier-test-\(UUID().uuidString)"
    try AtomicFile.write("x", to: URL(filePath: name))
    let url = URL(filePath: FileManager.default.currentDirectoryPath).appending(path: name)
    #expect(try String(contentsOf: url, encoding: .utf8) == "x")
    try FileManager.default.removeItem(at: url)
  }

  @Test("Places where nothing can be written")
  func refused() throws {
    let scratch = try ScratchDirectory()
    #expect(
      scratch.message { try AtomicFile.write("x", to: scratch.url.appending(path: "no/a")) }
        == "DIR/no/a: cannot write: no such file or directory")
    try FileManager.default.createDirectory(at: scratch.url.appending(path: "d"), withIntermediateDirectories: true)
    #expect(
      scratch.message { try AtomicFile.write("x", to: scratch.url.appending(path: "d")) }
        == "DIR/d: cannot write: it is a directory")
    #expect(try scratch.entries() == ["d"])
    // The superuser may write anywhere else, so that this directory stands for all that are closed.
    #if os(Linux)
      #expect(throws: FileError.self) { try AtomicFile.write("x", to: URL(filePath: "/proc/espalier-test")) }
    #endif
  }
}
