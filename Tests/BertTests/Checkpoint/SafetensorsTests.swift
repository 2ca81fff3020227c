import Bert
import Compute
import Foundation
import TestSupport
import Testing

@Suite("Safetensors files") struct SafetensorsTests {
  /// One tensor of `Tests/Goldens/dtypes/dtypes.json`.
  struct Stored: Decodable {
    let shape: [Int]
    let values: [Double]
  }

  static let formats: [String: SafetensorsDType] = [
    "single": .f32, "half": .f16, "brain": .bf16, "int8": .i8, "uint8": .u8, "int32": .i32, "int64": .i64,
    "scalar": .f32, "empty": .f32,
  ]

  @Test("A file of the Python library is read as it was written")
  func readsPythonsFile() throws {
    let folder = Goldens.url("dtypes")
    let stored = try JSONDecoder().decode(
      [String: Stored].self, from: Data(contentsOf: folder.appending(path: "dtypes.json")))
    let file = try SafetensorsFile(url: folder.appending(path: "dtypes.safetensors"))
    #expect(file.metadata == ["format": "pt", "note": "café ✓"])
    #expect(Set(file.entries.map(\.name)) == Set(stored.keys))
    for (name, expected) in stored {
      let entry = try #require(file[name])
      #expect(entry.dtype == Self.formats[name])
      #expect(entry.shape == expected.shape)
      if SafetensorsDType.floating.contains(entry.dtype) {
        // 0.333251953125 is a half; bfloat16 and the extremes were rounded by Python before it wrote the values.
        let values = try file.floats(of: name)
        #expect(values.map(\.bitPattern) == expected.values.map { Float($0).bitPattern }, "\(name)")
      } else {
        #expect(throws: BertError.self) { try file.floats(of: name) }
      }
    }
    let whole = try file.bytes(of: "int64").withBytes { bytes in
      (0..<2).map { bytes.unsafeLoadUnaligned(fromByteOffset: 8 * $0, as: Int64.self) }
    }
    #expect(whole == [.min, .max])
  }

  @Test("Every finite half and bfloat16 has its exact value")
  func convertsEveryPattern() throws {
    let scratch = try ScratchDirectory()
    let patterns = (UInt16.min ... .max)
    let halves = patterns.filter { $0 & 0x7C00 != 0x7C00 }
    let brains = patterns.filter { $0 & 0x7F80 != 0x7F80 }
    let url = scratch.url.appending(path: "all.safetensors")
    func bytes(_ values: [UInt16]) -> [UInt8] { values.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] } }
    try SafetensorsWriter.write(
      [
        TensorToWrite(name: "halves", shape: [halves.count], dtype: .f16, bytes: bytes(halves)),
        TensorToWrite(name: "brains", shape: [brains.count], dtype: .bf16, bytes: bytes(brains)),
      ], to: url)
    let file = try SafetensorsFile(url: url)
    for (pattern, value) in zip(halves, try file.floats(of: "halves")) {
      let exponent = Int(pattern >> 10 & 31), fraction = Double(pattern & 1023)
      let magnitude =
        exponent == 0
        ? fraction * 0x1p-24 : (1024 + fraction) * Double(sign: .plus, exponent: exponent - 25, significand: 1)
      #expect(Double(value) == (pattern >> 15 == 0 ? magnitude : -magnitude))
      #expect((value.sign == .minus) == (pattern >> 15 == 1))
    }
    for (pattern, value) in zip(brains, try file.floats(of: "brains")) {
      #expect(value.bitPattern == UInt32(pattern) << 16)
    }
  }

  @Test("What is written is read back, aligned, whatever the order of formats")
  func roundTrip() throws {
    let scratch = try ScratchDirectory()
    var random = SeededGenerator(state: 7)
    let floats = random.floats(15)
    let bytes: [UInt8] = [1, 2, 3]
    let url = scratch.url.appending(path: "round.safetensors")
    try SafetensorsWriter.write(
      [
        TensorToWrite(name: "small", shape: [3], dtype: .u8, bytes: bytes),
        TensorToWrite(name: "q\"uoted\\ 名", shape: [3, 5], floats: floats),
        TensorToWrite(name: "wide", shape: [], dtype: .i64, bytes: [UInt8](repeating: 9, count: 8)),
        TensorToWrite(name: "none", shape: [0, 4], floats: []),
        TensorToWrite(name: "signed", shape: [1, 3], dtype: .i8, bytes: [255, 0, 128]),
        TensorToWrite(name: "int", shape: [1], dtype: .i32, bytes: [1, 0, 0, 0]),
        TensorToWrite(name: "half", shape: [2], dtype: .f16) { sink in
          for byte in [[0x00, 0x3C], [0x00, 0xC0]] as [[UInt8]] { try sink(byte.span.bytes) }
        },
      ], to: url)
    let file = try SafetensorsFile(url: url)
    #expect(file.metadata == ["format": "pt"])
    #expect(try file.floats(of: "q\"uoted\\ 名") == floats)
    #expect(try file.floats(of: "half") == [1, -2])
    #expect(try file.floats(of: "none") == [])
    #expect(file["none"]?.shape == [0, 4])
    #expect(try file.bytes(of: "signed").withBytes { $0.withUnsafeBytes { [UInt8]($0) } } == [255, 0, 128])
    for entry in file.entries { #expect(entry.range.lowerBound % entry.dtype.byteCount == 0, "\(entry.name)") }
    #expect(try scratch.entries() == ["round.safetensors"])

    let copy = scratch.url.appending(path: "copy.safetensors")
    let tensors = try file.entries.map {
      TensorToWrite(name: $0.name, shape: $0.shape, dtype: $0.dtype, bytes: try file.bytes(of: $0.name))
    }
    try SafetensorsWriter.write(tensors, to: copy)
    #expect(try Data(contentsOf: copy) == Data(contentsOf: url))
  }

  @Test("The Python library's bytes are remade")
  func sameBytesAsPython() throws {
    let scratch = try ScratchDirectory()
    let file = try SafetensorsFile(url: Goldens.tinyBert.appending(path: "model.safetensors"))
    let url = scratch.url.appending(path: "model.safetensors")
    try SafetensorsWriter.write(
      try file.entries.map { TensorToWrite(name: $0.name, shape: $0.shape, floats: try file.floats(of: $0.name)) },
      to: url)
    #expect(try Data(contentsOf: url) == Data(contentsOf: file.file.url))
  }

  @Test("A provider's mistake or error leaves no file behind")
  func refusesWrongData() throws {
    let scratch = try ScratchDirectory()
    let url = scratch.url.appending(path: "a.safetensors")
    #expect(
      scratch.message {
        try SafetensorsWriter.write([TensorToWrite(name: "w", shape: [2], floats: [1])], to: url)
      } == "DIR/a.safetensors: tensor 'w': expected 8 bytes to write, got 4")
    #expect(
      scratch.message {
        let tensor = TensorToWrite(name: "w", shape: [1], floats: [1])
        try SafetensorsWriter.write([tensor, tensor], to: url)
      } == "DIR/a.safetensors: tensor 'w' would be written twice")
    #expect(throws: CancellationError.self) {
      let tensor = TensorToWrite(name: "w", shape: [1], dtype: .f32) { _ in throw CancellationError() }
      try SafetensorsWriter.write([tensor], to: url)
    }
    #expect(try scratch.entries() == [])
  }

  @Test("NaN and infinity are refused with their place", arguments: [Float.nan, .infinity, -.infinity])
  func refusesNotFinite(_ bad: Float) throws {
    let scratch = try ScratchDirectory()
    let url = scratch.url.appending(path: "a.safetensors")
    var values = [Float](repeating: .greatestFiniteMagnitude, count: 100)
    values[67] = bad
    values[90] = .nan
    try SafetensorsWriter.write([TensorToWrite(name: "w", shape: [10, 10], floats: values)], to: url)
    let file = try SafetensorsFile(url: url)
    #expect(
      scratch.message { _ = try file.floats(of: "w") }
        == "DIR/a.safetensors: tensor 'w': expected finite numbers, found \(bad) at element 67")
    for (dtype, pattern) in [(SafetensorsDType.f16, [0x00, 0x7C]), (.bf16, [0x80, 0x7F])] as [(_, [UInt8])] {
      try SafetensorsWriter.write(
        [TensorToWrite(name: "w", shape: [2], dtype: dtype, bytes: [0, 0] + pattern)], to: url)
      let file = try SafetensorsFile(url: url)
      #expect(
        scratch.message { _ = try file.floats(of: "w") }
          == "DIR/a.safetensors: tensor 'w': expected finite numbers, found inf at element 1")
    }
  }
}
