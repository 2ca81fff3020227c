public import FoundationEssentials

extension ShowdownResults {
  /// The text of `results.json`: keys sorted, indented, so that equal results give equal bytes.
  ///
  /// - Throws: ``ReportError/notEncodable(reason:)`` where a figure is NaN or infinite, which JSON can't hold.
  public func json() throws(ReportError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    } catch let EncodingError.invalidValue(value, context) {
      let place = context.codingPath.map(\.stringValue).joined(separator: ".")
      throw .notEncodable(reason: "\(place) is \(value)")
    } catch {
      throw .notEncodable(reason: "\(error)")
    }
  }

  /// From the text of a `results.json`.
  ///
  /// - Parameter path: for messages.
  /// - Throws: ``ReportError/malformedResults(path:reason:)``.
  public init(json: Data, path: String) throws(ReportError) {
    do {
      self = try JSONDecoder().decode(ShowdownResults.self, from: json)
    } catch let error as DecodingError {
      throw .malformedResults(path: path, reason: ShowdownResults.words(of: error))
    } catch {
      throw .malformedResults(path: path, reason: "\(error)")
    }
    guard formatVersion == ShowdownResults.currentFormatVersion else {
      throw .malformedResults(
        path: path,
        reason: "format_version: expected \(ShowdownResults.currentFormatVersion), found \(formatVersion)")
    }
  }

  private static func words(of error: DecodingError) -> String {
    func place(_ context: DecodingError.Context, _ last: String? = nil) -> String {
      let keys = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue } + (last.map { [$0] } ?? [])
      return keys.isEmpty ? "top level" : keys.joined(separator: ".")
    }
    return switch error {
    case .keyNotFound(let key, let context): "\(place(context, key.stringValue)) is missing"
    case .typeMismatch(let type, let context): "\(place(context)): expected \(type)"
    case .valueNotFound(let type, let context): "\(place(context)): expected \(type), found null"
    case .dataCorrupted(let context): "\(place(context)): \(context.debugDescription)"
    @unknown default: "\(error)"
    }
  }
}
