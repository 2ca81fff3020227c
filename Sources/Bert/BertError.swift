public import Compute

/// What can be wrong with a model directory. The cases carry the evidence; ``description`` makes the words.
public enum BertError: Error, Equatable, Sendable {
  case file(FileError)
  case tensor(TensorError)
  /// The directory lacks a file; `expected` names what would do.
  case missingFile(directory: String, expected: [String])
  /// Only pickled weights are there, which we do not read.
  case pickledWeights(path: String)
  /// `offset` is in bytes from the start of the file.
  case malformedJSON(path: String, offset: Int, reason: String)
  case configuration(path: String, key: String, expected: String, found: String)
  case unsupportedArchitecture(path: String, found: String)
  /// A safetensors file that breaks the rules of its format; `offset` is in bytes from the start of the file.
  case safetensors(path: String, offset: Int, tensor: String?, problem: SafetensorsProblem)
  /// The index of a sharded checkpoint does not fit the shards.
  case shardIndex(path: String, tensor: String, problem: String)
  /// Two stored names mean the same parameter.
  case sameParameterTwice(path: String, name: String, stored: [String])
  case missingTensors(path: String, [ExpectedTensor])
  case tensorShape(path: String, tensor: String, expected: [Int], found: [Int])
  case tensorFormat(path: String, tensor: String, expected: [SafetensorsDType], found: SafetensorsDType)
  /// The first value that is NaN or infinite; `index` counts elements in row-major order.
  case notFinite(path: String, tensor: String, index: Int, value: Float)
  case unknownTensor(path: String, tensor: String)
  /// The model is quantised already, and floats were needed.
  case alreadyQuantized(path: String)
  /// A tensor of whole numbers of which the configuration doesn't say that it is quantised.
  case unexpectedQuantization(path: String, tensor: String, found: SafetensorsDType)
  /// A tensor that isn't quantised as the configuration says.
  case notQuantized(path: String, tensor: String, found: SafetensorsDType)
  /// A quantised weight without its scales; `expected` is what their tensor would be called.
  case missingScales(path: String, tensor: String, expected: String)
  /// The first scale that is no number above 0, or so large that its products have no end.
  case scale(path: String, tensor: String, row: Int, value: Float)
  /// The scale of an input that can't be divided by, or so large that its products have no end.
  case inputScale(path: String, tensor: String, value: Float)
  /// Weights that are multiplied as one, whose inputs have different scales, by the names of those.
  case inputScales(path: String, [String: InputQuantization])
  /// Zero points that aren't zeros: the weights are not symmetric as the configuration says.
  case zeroPoint(path: String, tensor: String)
  /// A group of columns that doesn't divide the columns of a weight, or isn't a multiple of 32.
  case groupSize(path: String, tensor: String, columns: Int, group: Int)
  /// A tensor to be written gave another number of bytes than its shape and format take.
  case writtenByteCount(path: String, tensor: String, expected: Int, found: Int)
  case duplicateTensor(path: String, tensor: String)
}

/// A rule of the safetensors format that a file breaks.
public enum SafetensorsProblem: Error, Equatable, Sendable {
  case fileTooShort(bytes: Int)
  case headerPastEnd(headerBytes: UInt64, fileBytes: Int)
  case headerTooLong(headerBytes: UInt64, limit: Int)
  case malformedHeader(reason: String)
  case unknownFormat(found: String)
  case tooManyElements(shape: [Int])
  case pastEnd(end: Int, dataBytes: Int)
  case byteCount(expected: Int, found: Int, format: SafetensorsDType, shape: [Int])
  case overlap(with: String)
  case hole(bytes: Int)
  case unusedTail(bytes: Int)
}

extension BertError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let error):
      "\(error)"
    case .tensor(let error):
      "\(error)"
    case .missingFile(let directory, let expected):
      "\(directory): expected \(expected.joined(separator: " or ")), found none"
    case .pickledWeights(let path):
      """
      \(path): this is a PyTorch pickle, which can run code when it is read, so it is not read here; write its tensors to \
      model.safetensors once, with Python: \(Self.conversion(path))
      """
    case .malformedJSON(let path, let offset, let reason):
      "\(path): malformed JSON at byte \(offset): \(reason)"
    case .configuration(let path, let key, let expected, let found):
      "\(path): key '\(key)': expected \(expected), found \(found)"
    case .unsupportedArchitecture(let path, let found):
      """
      \(path): only encoders of these architectures can be read: \
      model_type \(EncoderFamily.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")); this is \(found)
      """
    case .safetensors(let path, let offset, let tensor, let problem):
      "\(path): byte \(offset): \(tensor.map { "tensor '\($0)': " } ?? "")\(problem)"
    case .shardIndex(let path, let tensor, let problem):
      "\(path): tensor '\(tensor)': \(problem)"
    case .sameParameterTwice(let path, let name, let stored):
      "\(path): \(stored.map { "'\($0)'" }.joined(separator: " and ")) both mean the parameter '\(name)'"
    case .missingTensors(let path, let tensors):
      "\(path): \(Self.count(tensors.count, "tensor")) missing: "
        + tensors.prefix(8).map { "'\($0.name)' \($0.shape)" }.joined(separator: ", ")
        + (tensors.count > 8 ? " and \(tensors.count - 8) more" : "")
    case .tensorShape(let path, let tensor, let expected, let found):
      "\(path): tensor '\(tensor)': expected shape \(expected), found \(found)"
    case .tensorFormat(let path, let tensor, let expected, let found):
      "\(path): tensor '\(tensor)': expected \(expected.map(\.rawValue).joined(separator: " or ")), found \(found.rawValue)"
    case .notFinite(let path, let tensor, let index, let value):
      "\(path): tensor '\(tensor)': expected finite numbers, found \(value.isNaN ? "nan" : "\(value)") at element \(index)"
    case .unknownTensor(let path, let tensor):
      "\(path): there is no tensor '\(tensor)'"
    case .alreadyQuantized(let path):
      """
      \(path): this model is quantised, and training, pruning, converting and quantising need floats; give the model that \
      it was made from
      """
    case .unexpectedQuantization(let path, let tensor, let found):
      "\(path): tensor '\(tensor)': found \(found.rawValue), but the quantization_config of config.json does not name it"
    case .notQuantized(let path, let tensor, let found):
      """
      \(path): tensor '\(tensor)': expected quantised values, as the quantization_config of config.json says, found \
      \(found.rawValue)
      """
    case .missingScales(let path, let tensor, let expected):
      "\(path): tensor '\(tensor)' is quantised, but expected beside it the tensor '\(expected)'"
    case .scale(let path, let tensor, let row, let value):
      "\(path): tensor '\(tensor)': expected scales above 0 and at most 2.6e36, found \(value.isNaN ? "nan" : "\(value)") at row \(row)"
    case .inputScale(let path, let tensor, let value):
      "\(path): tensor '\(tensor)': expected a scale from 1.2e-38 to 2.6e36, found \(value)"
    case .inputScales(let path, let scales):
      "\(path): expected one scale and zero point for query, key and value, which share their input, found "
        + scales.sorted { $0.key < $1.key }.map { "\($0.value.scale) and \($0.value.zeroPoint) in '\($0.key)'" }
        .joined(separator: ", ")
    case .zeroPoint(let path, let tensor):
      "\(path): tensor '\(tensor)': expected zeros, as quantisation is symmetric, found others"
    case .groupSize(let path, let tensor, let columns, let group):
      """
      \(path): tensor '\(tensor)': expected groups of a multiple of 32 columns that divides its \(columns) columns, \
      found groups of \(group)
      """
    case .writtenByteCount(let path, let tensor, let expected, let found):
      "\(path): tensor '\(tensor)': expected \(expected) bytes to write, got \(found)"
    case .duplicateTensor(let path, let tensor):
      "\(path): tensor '\(tensor)' would be written twice"
    }
  }

  /// A line for a shell that writes `model.safetensors` beside a pickle, or beside the index of several.
  private static func conversion(_ path: String) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let directory = parts.count > 1 ? parts.dropLast().joined(separator: "/") : "."
    return """
      python3 -c "import glob, sys, torch; from safetensors.torch import save_file; save_file({name: tensor.contiguous().clone() for \
      file in sorted(glob.glob(sys.argv[1] + '/pytorch_model*.bin')) for name, tensor in torch.load(file, \
      map_location='cpu', weights_only=True).items()}, sys.argv[1] + '/model.safetensors', metadata={'format': 'pt'})" \
      '\(directory.replacing("'", with: "'\\''"))'
      """
  }

  private static func count(_ number: Int, _ noun: String) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
  }
}

extension SafetensorsProblem: CustomStringConvertible {
  public var description: String {
    switch self {
    case .fileTooShort(let bytes):
      "expected at least 8 bytes for the header's length, the file has \(bytes)"
    case .headerPastEnd(let headerBytes, let fileBytes):
      "a header of \(headerBytes) bytes does not fit in the file of \(fileBytes) bytes: it is truncated or no safetensors file"
    case .headerTooLong(let headerBytes, let limit):
      "a header of \(headerBytes) bytes is longer than the format's limit of \(limit)"
    case .malformedHeader(let reason):
      "malformed header: \(reason)"
    case .unknownFormat(let found):
      "unknown dtype \(found)"
    case .tooManyElements(let shape):
      "the shape \(shape) has more elements than can be counted"
    case .pastEnd(let end, let dataBytes):
      "the data end at \(end), but the file holds \(dataBytes) bytes of data: it is truncated"
    case .byteCount(let expected, let found, let format, let shape):
      "\(format.rawValue) \(shape) takes \(expected) bytes, found \(found)"
    case .overlap(let other):
      "the data overlap those of tensor '\(other)'"
    case .hole(let bytes):
      "\(bytes) bytes before the data belong to no tensor"
    case .unusedTail(let bytes):
      "\(bytes) bytes after the last tensor belong to no tensor"
    }
  }
}
