"""Splits sentences with the package tokenizers.

Standard input: {"vocabulary": path of vocab.txt, "sentences": [text, ...]}. Standard output: [[id, ...], ...].
"""

import json
import sys

from tokenizers import BertWordPieceTokenizer


def main():
    request = json.load(sys.stdin)
    tokenizer = BertWordPieceTokenizer(request["vocabulary"])
    json.dump([tokenizer.encode(sentence).ids for sentence in request["sentences"]], sys.stdout)


if __name__ == "__main__":
    main()
