package import Compute

/// Why a model or data set can't be had.
package enum InputError: Error, Equatable, Sendable {
  case catalogue(path: String, reason: String)
  case unknownModel(name: String, known: [String])
  case unknownDataset(name: String, known: [String])
  case missingFile(directory: String, name: String)
  case sum(path: String, source: String, expected: String, found: String)
  case program(name: String, reason: String)
  case network(url: String, reason: String)
  case http(url: String, status: Int)
  case offline(what: String)
  case file(FileError)
  case malformed(source: String, reason: String)
  /// Each source with the reason why it failed.
  case noSource(what: String, tried: [String])
}

extension InputError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .catalogue(let path, let reason): "\(path): \(reason)"
    case .unknownModel(let name, let known):
      "\(name): neither a model directory, nor owner/name of the Hub, nor a model of the catalogue (\(known.joined(separator: ", ")))"
    case .unknownDataset(let name, let known):
      "\(name): expected a data set of the catalogue (\(known.joined(separator: ", ")))"
    case .missingFile(let directory, let name): "\(directory): expected the file \(name), which isn't there"
    case .sum(let path, let source, let expected, let found):
      "\(path) from \(source): expected the SHA-256 sum \(expected), found \(found); the file was not kept"
    case .program(let name, let reason): "\(name): \(reason)"
    case .network(let url, let reason): "\(url): \(reason)"
    case .http(let url, let status): "\(url): HTTP status \(status)"
    case .offline(let what): "\(what): not in the cache, and HF_HUB_OFFLINE forbids to ask the Hub"
    case .file(let error): "\(error)"
    case .malformed(let source, let reason): "\(source): \(reason)"
    case .noSource(let what, let tried):
      "\(what) could not be had from any source:\n" + tried.map { "  - \($0)" }.joined(separator: "\n")
    }
  }
}
