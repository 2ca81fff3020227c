"""Writes ByteLevelCharacterData.swift and GraphemeData.swift in Sources/Text/Unicode: classes of scalars, read off the
behaviour of the reference tokenizer.

    python3 Tests/TextTests/Fixtures/make_class_data.py

Letters, numbers and white space are those of the regular expression of its pre-tokeniser ByteLevel. Grapheme clusters are
those of its normaliser Precompiled: with a table in which each scalar stands for a letter, the number of letters that come
out of two scalars tells whether they are one cluster.
"""

import struct
import sys
from pathlib import Path

import tokenizers
from swift_literals import hexes, literal, ranges
from tokenizers import normalizers, pre_tokenizers

PINNED = "0.23.3"
if tokenizers.__version__ != PINNED:
    sys.exit(f"tokenizers {PINNED} is needed, this is {tokenizers.__version__}")

ROOT = Path(__file__).resolve().parents[3]
SCALARS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)


def is_joined(text):
    return len(byte_level.pre_tokenize_str(text)) == 1


letters, numbers, spaces = [], [], []
for c in SCALARS:
    s = chr(c)
    kinds = [is_joined(first + s) for first in "a1!"]
    assert sum(kinds) <= 1, hex(c)
    if kinds[0]:
        letters.append(c)
    elif kinds[1]:
        numbers.append(c)
    elif not kinds[2]:
        spaces.append(c)


def characters(entries):
    """A normaliser by a double array (darts-clone) of scalars; `entries` are of code points and ASCII letters."""
    blocks = {b"": 256}  # of inner nodes, by their bytes: aligned, so that no two share a slot
    units = [0] * 512
    units[0] = 256 << 10
    texts = bytearray()
    values = {}
    # One block for the values: a leaf finds its value where its offset leads, and more than one may lead there.
    for value in sorted(set(entries.values())):
        values[value] = len(units) + len(values)
        texts += value.encode() + b"\0"
    units += [1 << 31 | 2 * n for n in range(256)]
    for c, value in sorted(entries.items()):
        key = chr(c).encode()
        if c == 0:
            continue
        for length in range(1, len(key) + 1):
            position = blocks[key[: length - 1]] ^ key[length - 1]
            if length == len(key):
                base, leaf = values[value], 1 << 8
            else:
                if key[:length] not in blocks:
                    blocks[key[:length]] = len(units)
                    units += [0] * 256
                base, leaf = blocks[key[:length]], 0
            assert position ^ base < 1 << 21
            units[position] = (position ^ base) << 10 | leaf | key[length - 1]
    data = struct.pack(f"<{len(units)}I", *units)
    return normalizers.Precompiled(struct.pack("<I", len(data)) + data + bytes(texts))


PROBE = 0x301
controls, extending, prepended = [], [], []
for start in range(0, 0x110000, 0x20000):
    block = [c for c in SCALARS if start <= c < start + 0x20000]
    normalizer = characters({**{c: "x" for c in block}, ord("a"): "b", PROBE: "x"})
    for c in block:
        if c in (0, ord("a")):
            continue
        s = chr(c)
        after = normalizer.normalize_str("a" + s)
        assert after in ("b", "bx"), (hex(c), after)
        if after == "b":
            extending.append(c)
        before = normalizer.normalize_str(s + "a")
        assert before in ("x", "xb"), (hex(c), before)
        if before == "x":
            prepended.append(c)
        # A mark after four bytes makes six, which are looked at one by one in any case.
        if c < 0x10000 and normalizer.normalize_str(s + chr(PROBE)) == "xx":
            controls.append(c)
controls.insert(0, 0)


def write(name, comment, parts):
    text = f"""\
// Written by Tests/TextTests/Fixtures/make_class_data.py from tokenizers {PINNED}; do not edit.
// swift-format-ignore-file

/// {comment}; numbers are in hexadecimal.
enum {name} {{
""" + "\n".join(literal(n, c, [hexes(*r) for r in ranges(v)]) for n, c, v in parts) + "}\n"
    (ROOT / f"Sources/Text/Unicode/{name}.swift").write_text(text)
    print(name, len(text), "bytes;", {n: len(v) for n, _, v in parts})


write("ByteLevelCharacterData", "The classes by which the reference cuts words for byte-level BPE", [
    ("letters", "`\\p{L}`", letters), ("numbers", "`\\p{N}`", numbers), ("whitespace", "`\\s`", spaces)])
write("GraphemeData", "The classes by which the reference finds grapheme clusters of less than six bytes", [
    ("controls", "What is a cluster of its own.", controls),
    ("extending", "What belongs to the cluster before it.", extending),
    ("prepended", "What belongs to the cluster after it.", prepended)])
