"""Splits sentences with the package tokenizers.

Standard input: {"directory": of a tokenizer, "sentences": [text, ...], "pairs": [[text, text], ...], "lengths": of each pair
in tokens, specials included}.
Standard output: {"sentences": [[id, ...], ...], "pairs": [{"ids": [id, ...], "types": [id, ...]}, ...]}; pairs are cut by
`longest_first`.

Without `tokenizer.json`, `vocab.txt` is read by tokenizers, and other files are by transformers.
"""

import json
import sys
from pathlib import Path

from tokenizers import BertWordPieceTokenizer, Tokenizer


def load(directory):
    if (directory / "tokenizer.json").exists():
        return Tokenizer.from_file(str(directory / "tokenizer.json"))
    if (directory / "vocab.txt").exists():
        return BertWordPieceTokenizer(str(directory / "vocab.txt"))
    import transformers

    return transformers.AutoTokenizer.from_pretrained(str(directory)).backend_tokenizer


def main():
    request = json.load(sys.stdin)
    tokenizer = load(Path(request["directory"]))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    sentences = [e.ids for e in tokenizer.encode_batch(request["sentences"])]
    pairs = []
    for pair, length in zip(request.get("pairs", []), request.get("lengths", [])):
        tokenizer.enable_truncation(length, strategy="longest_first")
        encoding = tokenizer.encode(*pair)
        pairs.append({"ids": encoding.ids, "types": encoding.type_ids})
    json.dump({"sentences": sentences, "pairs": pairs}, sys.stdout)


if __name__ == "__main__":
    main()
