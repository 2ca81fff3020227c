"""Writes Sources/Text/Unicode/CharacterData.swift: the character tables of the reference tokenizer, read off its behaviour.

    python3 Tests/TextTests/Fixtures/make_character_data.py

Every code point but the surrogates goes through the real library (`tokenizers`), so that ids depend neither on its
version of Unicode nor on that of the Swift toolchain. Only the list of combining classes to try comes from Python.
"""

import sys
import unicodedata
from pathlib import Path

import tokenizers
from swift_literals import hexes, literal, ranges
from tokenizers import normalizers, pre_tokenizers

PINNED = "0.23.3"
if tokenizers.__version__ != PINNED:
    sys.exit(f"tokenizers {PINNED} is needed, this is {tokenizers.__version__}")

ROOT = Path(__file__).resolve().parents[3]
SCALARS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]


def bert(**on):
    options = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**{**options, **on})


clean, chinese, strip, lower = (
    bert(clean_text=True), bert(handle_chinese_chars=True), bert(strip_accents=True), bert(lowercase=True))
nfd, split = normalizers.NFD(), pre_tokenizers.BertPreTokenizer()
plain_strip = normalizers.StripAccents()

removed, space, ideograph, mark, punctuation, decomposed, lowered = [], [], [], [], [], {}, {}
for c in SCALARS:
    s = chr(c)
    cleaned = clean.normalize_str(s)
    if cleaned == "":
        removed.append(c)
    else:
        assert cleaned in (s, " "), hex(c)
    pieces = [p for p, _ in split.pre_tokenize_str("a" + s + "a")]
    if pieces == ["a", "a"]:
        space.append(c)
    elif pieces == ["a", s, "a"]:
        punctuation.append(c)
    else:
        assert pieces == ["a" + s + "a"], hex(c)
    if cleaned == " ":
        assert c in space[-1:], hex(c)
    if chinese.normalize_str(s) != s:
        assert chinese.normalize_str(s) == f" {s} "
        ideograph.append(c)
    d = nfd.normalize_str(s)
    if d != s and not 0xAC00 <= c <= 0xD7A3:
        decomposed[c] = d
    if d == s and strip.normalize_str(s) == "":
        mark.append(c)
    low = lower.normalize_str(s)
    if low != s:
        lowered[c] = low
marks = set(mark)
for c in SCALARS:  # stripping is: decompose, drop the marks
    assert strip.normalize_str(chr(c)) == "".join(x for x in nfd.normalize_str(chr(c)) if ord(x) not in marks), hex(c)
for c in (0xAC00, 0xAC01, 0xD7A3):
    i = c - 0xAC00
    parts = [0x1100 + i // 588, 0x1161 + i % 588 // 28] + ([0x11A7 + i % 28] if i % 28 else [])
    assert nfd.normalize_str(chr(c)) == "".join(map(chr, parts))

# Combining classes: a mark moves in front of a probe of a higher class, so the probes around it give its class.
def moves(c, probe):
    return probe != chr(c) and nfd.normalize_str("a" + probe + chr(c)) == "a" + chr(c) + probe


HIGHEST = "\u0345"  # the one scalar of class 240
probes = {240: HIGHEST}
for c in SCALARS:
    k = unicodedata.combining(chr(c))
    if k and c not in decomposed and moves(c, HIGHEST):  # a class 0 in the reference does not move
        probes.setdefault(k, chr(c))
order = sorted(probes)
combining = {0x345: 240}
for c in SCALARS:
    if c not in decomposed and not 0xAC00 <= c <= 0xD7A3 and moves(c, HIGHEST):
        combining[c] = max(k for k in order if not moves(c, probes[k]))
    assert c == 0x345 or not moves(ord(probes[230]), chr(c)) or combining.get(c, 0) > 230, hex(c)
for c, k in combining.items():
    assert k == unicodedata.combining(chr(c)), hex(c)


def steps(mapping):
    """Runs (first, last, stride, difference) of single-scalar mappings."""
    out = []
    for c, d in sorted(mapping.items()):
        if out:
            a, b, stride, delta = out[-1]
            if d - c == delta and (c - b in (1, 2) if a == b else c - b == stride):
                out[-1] = [a, c, c - b, delta]
                continue
        out.append([c, c, 1, d - c])
    return out


classes = {}
for c, k in combining.items():
    classes.setdefault(k, []).append(c)
single = {c: ord(d) for c, d in lowered.items() if len(d) == 1}
several = {c: d for c, d in lowered.items() if len(d) > 1}
parts = [
    literal("removed", "What cleaning drops: U+0000, U+FFFD and the reference's Cc, Cf and Co but TAB, LF and CR.",
            [hexes(*r) for r in ranges(removed)]),
    literal("whitespace", "What separates words.", [hexes(*r) for r in ranges(space)]),
    literal("punctuation", "What is a word of its own: ASCII symbols and the reference's P categories.",
            [hexes(*r) for r in ranges(punctuation)]),
    literal("ideographs", "What gets blanks around it.", [hexes(*r) for r in ranges(ideograph)]),
    literal("marks", "What accent stripping drops after decomposition: the reference's Mn.",
            [hexes(*r) for r in ranges(mark)]),
    literal("combiningClasses", "Canonical combining classes other than 0: `class:range,range`, class in decimal.",
            [f"{k}:" + ",".join(hexes(*r) for r in ranges(v)) for k, v in sorted(classes.items())]),
    literal("decompositions", "Full canonical decompositions but those of Hangul syllables: `scalar:parts`.",
            [f"{c:X}:" + ",".join(f"{ord(x):X}" for x in d) for c, d in decomposed.items()]),
    literal("lowerCaseRuns", "Lower case of one scalar: `first-last:difference`, or `first-last/2:difference` for each second scalar.",
            [f"{hexes(a, b)}{'/2' if stride == 2 else ''}:{'-' if delta < 0 else ''}{abs(delta):X}"
             for a, b, stride, delta in steps(single)]),
    literal("lowerCaseSequences", "Lower case of several scalars: `scalar:parts`.",
            [f"{c:X}:" + ",".join(f"{ord(x):X}" for x in d) for c, d in several.items()]),
]
text = f"""\
// Written by Tests/TextTests/Fixtures/make_character_data.py from tokenizers {PINNED}; do not edit.
// swift-format-ignore-file

/// The reference tokenizer's character tables; numbers are in hexadecimal unless a comment says otherwise.
enum CharacterData {{
""" + "\n".join(parts) + "}\n"
(ROOT / "Sources/Text/Unicode/CharacterData.swift").write_text(text)
print(len(text), "bytes;", {k: len(v) for k, v in dict(
    removed=removed, space=space, punctuation=punctuation, ideograph=ideograph, mark=mark, combining=combining,
    decomposed=decomposed, lowered=lowered).items()})
