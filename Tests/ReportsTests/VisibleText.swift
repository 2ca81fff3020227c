import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What a reader sees, or hears, of a page or a drawing: its text, but for that of style sheets, scripts and code, and its
/// labels.
final class VisibleText: NSObject, XMLParserDelegate {
  private(set) var pieces: [String] = []
  /// Whether the document was read to its end.
  private(set) var isWhole = false
  private var hidden = 0

  init(_ document: String) {
    super.init()
    let parser = XMLParser(data: Data(document.utf8))
    parser.delegate = self
    isWhole = parser.parse()
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String] = [:]
  ) {
    if ["style", "script", "code"].contains(name) { hidden += 1 }
    if let label = attributes["aria-label"] { pieces.append(label) }
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    if ["style", "script", "code"].contains(name) { hidden -= 1 }
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    if hidden == 0, text.contains(where: { !$0.isWhitespace }) { pieces.append(text) }
  }
}
