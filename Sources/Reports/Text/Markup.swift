/// A piece of HTML or SVG. Text gets in by ``text(_:)`` and attribute values alone, and both escape it, so that no name
/// of a variant or of a class can end an element or start a script. What comes out is well-formed XML too.
struct Markup: Equatable, Sendable {
  let source: String

  private init(source: String) { self.source = source }

  static let empty = Markup(source: "")

  /// Text between elements.
  static func text(_ text: String) -> Markup { Markup(source: escaped(text)) }

  /// - Parameters:
  ///   - name: one of ours, never outside data.
  ///   - attributes: names ours, values escaped; written in this order.
  static func element(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ children: [Markup] = []
  ) -> Markup {
    var source = "<\(name)"
    for (key, value) in attributes { source += " \(key)=\"\(escaped(value))\"" }
    if children.isEmpty && selfClosing.contains(name) { return Markup(source: source + "/>") }
    source += ">"
    for child in children { source += child.source }
    return Markup(source: source + "</\(name)>" + (blocks.contains(name) ? "\n" : ""))
  }

  static func element(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ text: String
  ) -> Markup {
    element(name, attributes, [.text(text)])
  }

  static func group(_ pieces: [Markup]) -> Markup { Markup(source: pieces.map(\.source).joined()) }

  /// A style sheet of ours; it may hold neither `<` nor `&`.
  static func style(_ sheet: String) -> Markup { Markup(source: "<style>\n\(sheet)\n</style>\n") }

  /// A script of ours; it may hold neither `<` nor `&`.
  static func script(_ script: String) -> Markup { Markup(source: "<script>\n\(script)\n</script>\n") }

  private static let selfClosing: Set<String> = [
    "meta", "br", "hr", "col", "line", "rect", "circle", "path", "polyline", "polygon", "use",
  ]
  private static let blocks: Set<String> = [
    "p", "section", "figure", "table", "tr", "dl", "div", "h1", "h2", "h3", "details", "header", "footer", "svg", "g",
    "li", "ul", "ol", "thead", "tbody", "head", "body", "pre", "title", "main",
  ]

  static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
      // Characters that XML 1.0 does not know.
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
