"""Writes tables of code points as Swift literals, for the scripts beside it."""


def ranges(values):
    out = []
    for v in values:
        if out and out[-1][1] == v - 1:
            out[-1][1] = v
        else:
            out.append([v, v])
    return out


def hexes(a, b):
    return f"{a:X}" if a == b else f"{a:X}-{b:X}"


def literal(name, comment, words):
    lines, line = [], ""
    for word in words:
        if len(line) + len(word) + 1 > 110:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    lines.append(line)
    body = " \\\n".join("    " + text for text in lines)
    return f'  /// {comment}\n  static let {name}: StaticString = """\n{body}\n    """\n'
