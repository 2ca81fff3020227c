public import Compute
public import FoundationEssentials

/// A safetensors file, mapped into memory and checked.
///
/// The layout is
///
///     8 bytes   n, the length of the header, little-endian
///     n bytes   JSON: {"__metadata__": {text: text}, name: {"dtype", "shape", "data_offsets": [begin, end]}, ...}
///     the rest  the tensors, row-major, little-endian
///
/// where offsets count from the end of the header and the tensors fill the rest without overlap or hole.
///
/// - SeeAlso: https://github.com/huggingface/safetensors, section "Format".
public struct SafetensorsFile: Sendable {
  /// The format's limit on the header.
  public static let longestHeader = 100_000_000

  public struct Entry: Equatable, Sendable {
    public let name: String
    public let dtype: SafetensorsDType
    public let shape: [Int]
    /// In bytes from the start of the file.
    public let range: Range<Int>
  }

  public let file: MappedFile
  /// The tensors in the order of their data.
  public let entries: [Entry]
  /// The texts under `__metadata__`.
  public let metadata: [String: String]
  private let positions: [String: Int]

  /// Maps and checks a file; reads the header only.
  ///
  /// - Throws: ``BertError/file(_:)`` and ``BertError/safetensors(path:offset:tensor:problem:)``.
  public init(url: URL) throws(BertError) {
    do throws(FileError) { file = try MappedFile(url: url) } catch { throw .file(error) }
    let header = try SafetensorsHeader(file: file)
    entries = header.entries
    metadata = header.metadata
    positions = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
  }

  public var path: String { file.url.path(percentEncoded: false) }

  public subscript(name: String) -> Entry? { positions[name].map { entries[$0] } }

  /// The data of a tensor as they are stored, without a copy. The address need not be aligned.
  ///
  /// - Throws: ``BertError/unknownTensor(path:tensor:)``.
  public func bytes(of name: String) throws(BertError) -> MappedBytes {
    guard let entry = self[name] else { throw .unknownTensor(path: path, tensor: name) }
    return MappedBytes(file: file, range: entry.range)
  }

  /// Checks that a tensor of halves holds numbers only, without a copy.
  ///
  /// - Throws: ``BertError/notFinite(path:tensor:index:value:)`` for the first NaN or infinity.
  func checkHalves(of name: String) throws(BertError) {
    try bytes(of: name).forEachBlock { (block, offset) throws(BertError) in
      guard let index = FloatConversion.firstNotFiniteHalf(block) else { return }
      let value = FloatConversion.halves(block.extracting(2 * index..<2 * index + 2))[0]
      throw .notFinite(path: path, tensor: name, index: offset / 2 + index, value: value)
    }
  }

  /// The values of a tensor of format F32, F16 or BF16, row-major. The conversions are exact.
  ///
  /// - Throws: ``BertError/tensorFormat(path:tensor:expected:found:)`` for another format,
  ///   ``BertError/notFinite(path:tensor:index:value:)`` for the first NaN or infinity.
  public func floats(of name: String) throws(BertError) -> [Float] {
    guard let entry = self[name] else { throw .unknownTensor(path: path, tensor: name) }
    let bytes = MappedBytes(file: file, range: entry.range)
    let values: [Float]
    switch entry.dtype {
    case .f32: values = bytes.withBytes { FloatConversion.singles($0) }
    case .f16: values = bytes.withBytes { FloatConversion.halves($0) }
    case .bf16: values = bytes.withBytes { FloatConversion.brains($0) }
    default:
      throw .tensorFormat(path: path, tensor: name, expected: SafetensorsDType.floating, found: entry.dtype)
    }
    if let index = FloatConversion.firstNotFinite(values) {
      throw .notFinite(path: path, tensor: name, index: index, value: values[index])
    }
    return values
  }
}
