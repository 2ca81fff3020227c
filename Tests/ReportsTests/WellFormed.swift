import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What an XML parser makes of a text: nil where it is well-formed, else what is wrong and where.
func xmlProblem(_ text: String) -> String? {
  let parser = XMLParser(data: Data(text.utf8))
  guard !parser.parse() else { return nil }
  return "line \(parser.lineNumber), column \(parser.columnNumber): \(parser.parserError?.localizedDescription ?? "?")"
}

extension String {
  func count(of part: String) -> Int { components(separatedBy: part).count - 1 }
}
