import Compute
import FoundationEssentials
import JSON

/// The header of a safetensors file, with each rule of the format checked.
struct SafetensorsHeader {
  var entries: [SafetensorsFile.Entry] = []
  var metadata: [String: String] = [:]

  private let path: String
  /// Where the data begin.
  private let dataStart: Int
  private let dataBytes: Int

  init(file: MappedFile) throws(BertError) {
    path = file.url.path(percentEncoded: false)
    let fileBytes = file.byteCount
    func failure(_ problem: SafetensorsProblem) -> BertError {
      .safetensors(path: file.url.path(percentEncoded: false), offset: 0, tensor: nil, problem: problem)
    }
    guard fileBytes >= 8 else { throw failure(.fileTooShort(bytes: fileBytes)) }
    let headerBytes = UInt64(littleEndian: file.withBytes { $0.unsafeLoadUnaligned(as: UInt64.self) })
    guard headerBytes <= UInt64(fileBytes - 8) else {
      throw failure(.headerPastEnd(headerBytes: headerBytes, fileBytes: fileBytes))
    }
    guard headerBytes <= SafetensorsFile.longestHeader else {
      throw failure(.headerTooLong(headerBytes: headerBytes, limit: SafetensorsFile.longestHeader))
    }
    dataStart = 8 + Int(headerBytes)
    dataBytes = fileBytes - dataStart
    let text = file.withBytes { bytes in bytes.extracting(8..<dataStart).withUnsafeBytes { [UInt8]($0) } }
    try read(text)
    try checkCover()
  }

  private func failure(_ offset: Int, _ tensor: String?, _ problem: SafetensorsProblem) -> BertError {
    .safetensors(path: path, offset: offset, tensor: tensor, problem: problem)
  }

  private mutating func read(_ text: [UInt8]) throws(BertError) {
    let root: JSONValue
    do throws(JSONError) {
      root = try JSONValue(parsing: text[...])
    } catch {
      throw failure(8 + error.offset, nil, .malformedHeader(reason: error.reason))
    }
    guard case .object(let members) = root else {
      throw failure(8, nil, .malformedHeader(reason: "expected an object, found \(root.evidence)"))
    }
    for member in members {
      if member.name == "__metadata__" {
        try readMetadata(member.value)
      } else {
        entries.append(try entry(member))
      }
    }
    entries.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
  }

  private mutating func readMetadata(_ value: JSONValue) throws(BertError) {
    guard case .object(let members) = value else {
      throw failure(8, nil, .malformedHeader(reason: "'__metadata__': expected an object, found \(value.evidence)"))
    }
    for member in members {
      guard let text = member.value.text else {
        let reason = "'__metadata__': expected a text for '\(member.name)', found \(member.value.evidence)"
        throw failure(8, nil, .malformedHeader(reason: reason))
      }
      metadata[member.name] = text
    }
  }

  private func entry(_ member: JSONMember) throws(BertError) -> SafetensorsFile.Entry {
    let name = member.name
    func malformed(_ key: String, _ expected: String) -> BertError {
      let found = member.value[key]?.evidence ?? "none"
      return failure(8, name, .malformedHeader(reason: "'\(key)': expected \(expected), found \(found)"))
    }
    guard let dtypeName = member.value["dtype"]?.text else { throw malformed("dtype", "a text") }
    guard let dtype = SafetensorsDType(rawValue: dtypeName) else {
      throw failure(8, name, .unknownFormat(found: "'\(dtypeName)'"))
    }
    guard let shape = Self.counts(member.value["shape"]) else { throw malformed("shape", "an array of counts") }
    guard let offsets = Self.counts(member.value["data_offsets"]), offsets.count == 2, offsets[0] <= offsets[1] else {
      throw malformed("data_offsets", "two counts, the second not below the first")
    }
    guard offsets[1] <= dataBytes else {
      throw failure(dataStart + min(offsets[0], dataBytes), name, .pastEnd(end: offsets[1], dataBytes: dataBytes))
    }
    let begin = dataStart + offsets[0], end = dataStart + offsets[1]
    guard let expected = dtype.byteCount(of: shape) else { throw failure(begin, name, .tooManyElements(shape: shape)) }
    guard expected == end - begin else {
      throw failure(begin, name, .byteCount(expected: expected, found: end - begin, format: dtype, shape: shape))
    }
    return SafetensorsFile.Entry(name: name, dtype: dtype, shape: shape, range: begin..<end)
  }

  private static func counts(_ value: JSONValue?) -> [Int]? {
    guard case .array(let elements) = value else { return nil }
    var counts: [Int] = []
    for element in elements {
      guard let count = element.integer, count >= 0 else { return nil }
      counts.append(count)
    }
    return counts
  }

  /// The tensors must fill the data exactly.
  private func checkCover() throws(BertError) {
    var end = dataStart
    var previous = ""
    for entry in entries {
      let begin = entry.range.lowerBound
      if begin < end { throw failure(begin, entry.name, .overlap(with: previous)) }
      if begin > end { throw failure(end, entry.name, .hole(bytes: begin - end)) }
      end = entry.range.upperBound
      previous = entry.name
    }
    let tail = dataStart + dataBytes - end
    if tail > 0 { throw failure(end, nil, .unusedTail(bytes: tail)) }
  }
}
