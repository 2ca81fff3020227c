/// An estimate of the width of text in a sans-serif face, good enough to keep labels apart; drawings can't ask the viewer's
/// fonts. It follows DejaVu Sans, the widest of the faces that the style sheet may end in.
enum TextWidth {
  /// In the unit of `size`.
  static func of(_ text: String, size: Double = 12) -> Double {
    size * text.unicodeScalars.reduce(0) { $0 + ems($1) }
  }

  private static func ems(_ scalar: Unicode.Scalar) -> Double {
    switch scalar {
    case "i", "l", "j", "I", ".", ",", ":", ";", "'", "|", "!": 0.32
    case " ", "f", "t", "r", "(", ")", "[", "]", "-": 0.4
    case "m", "w", "M", "W", "%", "@", "+", "−": 0.92
    case "A"..."Z": 0.7
    case "\u{1100}"..."\u{115F}", "\u{2E80}"..."\u{A4CF}", "\u{AC00}"..."\u{D7A3}", "\u{F900}"..."\u{FAFF}",
      "\u{FF00}"..."\u{FF60}", "\u{1F300}"..."\u{1FAFF}", "\u{20000}"..."\u{3FFFD}":
      1.0
    default: 0.62
    }
  }

  /// `text` cut to `width` with an ellipsis.
  static func cut(_ text: String, to width: Double, size: Double = 12) -> String {
    guard of(text, size: size) > width else { return text }
    var short = text
    while !short.isEmpty && of(short + "…", size: size) > width { short.removeLast() }
    return short + "…"
  }
}
