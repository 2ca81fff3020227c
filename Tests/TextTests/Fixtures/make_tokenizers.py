"""Trains the small tokenizers of roberta/, xlm-roberta/ and bert-small/, and writes what the reference makes of the texts of
torture.py with them: golden_roberta.jsonl and so on.

    "$(Tests/Peers/install.sh)" Tests/TextTests/Fixtures/make_tokenizers.py

The texts of golden.jsonl are what they are trained on. A row with a pair is cut to `length` tokens by `longest_first`.
"""

import json
import sys
import tempfile
from pathlib import Path

import tokenizers
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, trainers
from torture import PAIRS, TEXTS

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "Peers"))
from tokenizers_train import byte_pairs, roberta, sentencepieces, template, xlm_roberta  # noqa: E402

PINNED = "0.23.3"
if tokenizers.__version__ != PINNED:
    sys.exit(f"tokenizers {PINNED} is needed, this is {tokenizers.__version__}")

# A table of characters as SentencePiece makes them, but of a few kB: full width, ligatures, marks, white space, nothing.
RULES = {
    **{chr(0xFF01 + n): chr(0x21 + n) for n in range(94)}, "\u3000": " ", "\u00a0": " ", "\t": " ", "\n": " ", "\r": " ", "\u2028": " ",
    "\u200b": "", "\ufeff": "", "\u00ad": "", "\u0001": "", "\ufffd": " ", "ﬁ": "fi", "ﬂ": "fl", "①": "1", "²": "2", "½": "1⁄2",
    "…": "...", "™": "TM", "ﷺ": "صلى الله عليه وسلم", "e\u0301": "é", "a\u0323": "ạ", "ｶ\uff9e": "ガ", "ｶ": "カ", "か\u3099": "が", "\u212b": "\u00c5",
    "q\u0323\u0307": "q", "\u1100\u1161": "가", "\u0958": "\u0915\u093c", "㎏": "kg",
}


def bert_small(texts):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(
        texts, trainers.WordPieceTrainer(vocab_size=700, limit_alphabet=150, special_tokens=specials, show_progress=False))
    tokenizer.post_processor = template(tokenizer, "[CLS]", "[SEP]", "[SEP]")
    tokenizer.add_tokens([
        "Größe", AddedToken("ing", single_word=True), AddedToken("中文", lstrip=True), AddedToken("NEW", normalized=False)])
    return tokenizer


def main():
    texts = [json.loads(line)["text"] for line in (HERE / "golden.jsonl").read_text().splitlines()]
    texts = [text for text in texts if text.strip() and "\0" not in text]
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as rules:
        for source, target in sorted(RULES.items()):
            rules.write("\t".join(" ".join(f"{ord(c):X}" for c in text) for text in (source, target)) + "\n")
        rules.flush()
        pieces, table = sentencepieces(
            [text.replace("\n", " ") for text in texts], 700, normalization_rule_tsv=rules.name, character_coverage=0.98)
    words = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    pieces = [(piece, round(score, 4)) for piece, score in pieces]
    made = {
        "roberta": roberta(byte_pairs(texts, 600)),
        "xlm-roberta": xlm_roberta(pieces, normalizers.Precompiled(table), words),
        "bert-small": bert_small(texts),
    }
    for name, tokenizer in made.items():
        (HERE / name).mkdir(exist_ok=True)
        (HERE / name / "tokenizer.json").write_text(tokenizer.to_str(pretty=False))
        rows = [{"text": text, "ids": tokenizer.encode(text).ids} for text in TEXTS]
        for first, second in PAIRS:
            for length in (4, 5, 8, 11, 40):
                tokenizer.enable_truncation(length, strategy="longest_first")
                encoding = tokenizer.encode(first, second)
                tokenizer.no_truncation()
                rows.append({"text": first, "pair": second, "length": length, "ids": encoding.ids, "types": encoding.type_ids})
        path = HERE / f"golden_{name.replace('-', '_')}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        print(name, (HERE / name / "tokenizer.json").stat().st_size, path.stat().st_size, len(rows))


if __name__ == "__main__":
    main()
