/// The look of the drawings. Colours are variables on the page; a drawing that stands alone carries the same rules with
/// the colours written in, for not every viewer of SVG knows variables.
enum ChartStyle {
  /// A colour in its light and dark value. Marks reach a contrast of 3:1 against the paper, words 4.5:1.
  static let palette: [(name: String, light: String, dark: String)] = [
    ("paper", "#ffffff", "#15191e"),
    ("ink", "#1b2127", "#e8ebee"),
    ("muted", "#59636e", "#9aa5b1"),
    ("grid", "#e6e9ec", "#2a3138"),
    ("axis", "#9aa3ad", "#5a6672"),
    ("band", "#eef1f4", "#20262d"),
    ("base", "#3d4752", "#c3cbd3"),
    ("s0", "#1c7c54", "#4fc38d"),
    ("s1", "#2563b0", "#6ea8f2"),
    ("s2", "#b4530a", "#f0964a"),
    ("s3", "#8246af", "#c394ea"),
    ("s4", "#0e7c86", "#48bfca"),
    ("s5", "#b3294e", "#f0809c"),
    ("s6", "#7a6a00", "#cdb94a"),
    ("s7", "#5a5fc7", "#9a9ef0"),
    ("control", "#76818c", "#8b96a1"),
  ]

  static let seriesCount = 8

  /// Rules for anything inside of `.chart`.
  static let rules: String = {
    let series = (["base", "control"] + (0..<seriesCount).map { "s\($0)" })
      .map { ".chart .c-\($0){color:var(--\($0))}" }.joined(separator: "\n")
    return """
      .chart text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"PingFang SC",\
      "Microsoft YaHei","Noto Sans CJK SC",sans-serif;\
      font-variant-numeric:tabular-nums;fill:var(--ink)}
      .chart .muted{fill:var(--muted)}
      .chart .small{font-size:11px}
      .chart .heading{font-size:15px;font-weight:600}
      .chart .strong{font-weight:600}
      .chart .series-text{fill:currentColor;font-weight:500}
      .chart .paper{fill:var(--paper)}
      .chart .grid{stroke:var(--grid);stroke-width:1;fill:none}
      .chart .axis{stroke:var(--axis);stroke-width:1;fill:none}
      .chart .guide{stroke:var(--axis);stroke-width:1;stroke-dasharray:2 3;fill:none}
      .chart .mark{fill:currentColor;stroke:var(--paper);stroke-width:1.25}
      .chart .hollow{fill:var(--paper);stroke:currentColor;stroke-width:2}
      .chart .bar{fill:currentColor}
      .chart .line{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
      .chart .thin{stroke-width:1.25}
      .chart .dashed{stroke-dasharray:5 4}
      .chart .dim{opacity:.45}
      .chart .area{fill:currentColor;fill-opacity:.13}
      \(series)
      """
  }()

  /// `--name:value;` of each colour.
  static func variables(dark: Bool) -> String {
    palette.map { "--\($0.name):\(dark ? $0.dark : $0.light)" }.joined(separator: ";")
  }

  /// The rules with the colours in place of the variables, for both schemes.
  static let standalone =
    literal(dark: false) + "\n@media (prefers-color-scheme: dark){\n" + literal(dark: true) + "\n}"

  private static func literal(dark: Bool) -> String {
    var text = rules
    for colour in palette {
      let key = "var(--\(colour.name))"
      text = text.split(separator: key, omittingEmptySubsequences: false)
        .joined(separator: dark ? colour.dark : colour.light)
    }
    return text
  }
}
