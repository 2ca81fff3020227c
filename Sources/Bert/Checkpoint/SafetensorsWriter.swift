public import Compute
public import FoundationEssentials
import JSON

/// A tensor to be written, whose data are made when their turn comes.
public struct TensorToWrite: Sendable {
  /// Takes the next bytes of the data.
  public typealias Sink = (RawSpan) throws -> Void

  public let name: String
  public let shape: [Int]
  public let dtype: SafetensorsDType
  let provide: @Sendable (Sink) throws -> Void

  /// - Parameter provide: hands over the data, row-major and little-endian, in one or more pieces.
  public init(
    name: String, shape: [Int], dtype: SafetensorsDType, provide: @escaping @Sendable (Sink) throws -> Void
  ) {
    self.name = name
    self.shape = shape
    self.dtype = dtype
    self.provide = provide
  }

  /// The same under another name.
  func named(_ name: String) -> TensorToWrite {
    TensorToWrite(name: name, shape: shape, dtype: dtype, provide: provide)
  }

  /// A tensor of F32, without a copy.
  public init(name: String, shape: [Int], floats: [Float]) {
    self.init(name: name, shape: shape, dtype: .f32) { sink in try sink(floats.span.bytes) }
  }

  /// A tensor of F32 of a backend, read when its turn comes.
  public init(name: String, _ tensor: Tensor, _ backend: any Backend) {
    self.init(name: name, shape: tensor.shape.dimensions, dtype: .f32) { sink in
      let values = try backend.read(tensor)
      try sink(values.span.bytes)
    }
  }

  /// A tensor whose bytes are at hand.
  public init(name: String, shape: [Int], dtype: SafetensorsDType, bytes: [UInt8]) {
    self.init(name: name, shape: shape, dtype: dtype) { sink in try sink(bytes.span.bytes) }
  }

  /// A copy of a stored tensor.
  public init(name: String, shape: [Int], dtype: SafetensorsDType, bytes: MappedBytes) {
    self.init(name: name, shape: shape, dtype: dtype) { sink in try bytes.withBytes { try sink($0) } }
  }
}

/// Writes a safetensors file: whole or not at all, one tensor in memory at a time.
///
/// The data stand in the order given, wider formats first, and the header is padded with spaces to a multiple of 8
/// bytes, so that each element is aligned in a mapped file.
public enum SafetensorsWriter {
  /// - Parameters:
  ///   - metadata: texts for `__metadata__`; Hugging Face's readers insist on "format": "pt".
  /// - Throws: ``BertError/file(_:)``, ``BertError/duplicateTensor(path:tensor:)``,
  ///   ``BertError/writtenByteCount(path:tensor:expected:found:)``, and what a tensor's provider throws.
  public static func write(
    _ tensors: [TensorToWrite], to url: URL, metadata: [String: String] = ["format": "pt"]
  ) throws {
    let path = url.path(percentEncoded: false)
    var ordered: [TensorToWrite] = []
    for width in [8, 4, 2, 1] { ordered += tensors.filter { $0.dtype.byteCount == width } }
    let (header, byteCounts) = try self.header(ordered, metadata: metadata, path: path)

    do {
      try AtomicFile.write(to: url) { file in
        try file.write(withUnsafeBytes(of: UInt64(header.count).littleEndian) { [UInt8]($0) })
        try file.write(header)
        for (tensor, expected) in zip(ordered, byteCounts) {
          let written = try write(tensor, to: &file)
          guard written == expected else {
            throw BertError.writtenByteCount(path: path, tensor: tensor.name, expected: expected, found: written)
          }
        }
      }
    } catch let error as FileError {
      throw BertError.file(error)
    }
  }

  private static func write(_ tensor: TensorToWrite, to file: inout AtomicFile) throws -> Int {
    var written = 0
    try tensor.provide { bytes in
      written += bytes.byteCount
      try file.write(bytes)
    }
    return written
  }

  private static func header(
    _ tensors: [TensorToWrite], metadata: [String: String], path: String
  ) throws(BertError) -> (bytes: [UInt8], byteCounts: [Int]) {
    var members: [JSONMember] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) }
      members.append(JSONMember("__metadata__", .object(texts)))
    }
    var names: Set<String> = ["__metadata__"]
    var byteCounts: [Int] = []
    var offset = 0
    for tensor in tensors {
      guard names.insert(tensor.name).inserted else { throw .duplicateTensor(path: path, tensor: tensor.name) }
      guard let count = tensor.dtype.byteCount(of: tensor.shape) else {
        throw .safetensors(path: path, offset: 0, tensor: tensor.name, problem: .tooManyElements(shape: tensor.shape))
      }
      let value = JSONValue.object([
        JSONMember("dtype", .string(tensor.dtype.rawValue)),
        JSONMember("shape", .array(tensor.shape.map { .number("\($0)") })),
        JSONMember("data_offsets", .array([.number("\(offset)"), .number("\(offset + count)")])),
      ])
      members.append(JSONMember(tensor.name, value))
      byteCounts.append(count)
      offset += count
    }
    var bytes = Array(JSONValue.object(members).compact.utf8)
    bytes += [UInt8](repeating: UInt8(ascii: " "), count: (8 - bytes.count % 8) % 8)
    return (bytes, byteCounts)
  }
}
