"""Trains small tokenizers of each kind that Espalier reads, and writes their files as users have them.

Standard input: {"directory": where to, "texts": [text, ...], "words": path of BERT's vocab.txt}.
Standard output: [name, ...], each a directory with `tokenizer.json`, or with the files of the older form.
"""

import io
import json
import sys
from pathlib import Path

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

FAMILY = ["<s>", "<pad>", "</s>", "<unk>"]
MASK = AddedToken("<mask>", lstrip=True, special=True)


def byte_pairs(texts, size, alphabet=True, **options):
    """A byte-level BPE model; without the whole alphabet it knows the bytes of `texts` alone."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=[*FAMILY, "<mask>"], show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()) if alphabet else [])
    tokenizer.train_from_iterator(texts, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    merges = [tuple(merge) if isinstance(merge, list) else tuple(merge.split(" ")) for merge in model["merges"]]
    return models.BPE(model["vocab"], merges, **options)


def roberta(model, prefix=False):
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix, trim_offsets=True)
    tokenizer.post_processor = processors.RobertaProcessing(
        ("</s>", model.token_to_id("</s>")), ("<s>", model.token_to_id("<s>")), True, prefix)
    tokenizer.add_special_tokens([*(AddedToken(t, special=True, normalized=True) for t in FAMILY), MASK])
    return tokenizer


def template(tokenizer, first, last, between):
    return processors.TemplateProcessing(
        single=f"{first} $A {last}", pair=f"{first} $A {between} $B {last}",
        special_tokens=[(t, tokenizer.token_to_id(t)) for t in {first, last}])


def sentencepieces(texts, size, **options):
    """Pieces with scores, and the table of characters, of a model that SentencePiece trains."""
    from sentencepiece import sentencepiece_model_pb2

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts), model_writer=model, vocab_size=size, model_type="unigram",
        hard_vocab_limit=False, num_threads=1, minloglevel=2, **options)
    proto = sentencepiece_model_pb2.ModelProto.FromString(model.getvalue())
    return [(p.piece, p.score) for p in proto.pieces], proto.normalizer_spec.precompiled_charsmap


def xlm_roberta(pieces, normalizer, pre_tokenizer, byte_fallback=False):
    vocab = [(t, 0.0) for t in FAMILY] + pieces[3:] + [("<mask>", 0.0)]
    tokenizer = Tokenizer(models.Unigram(vocab, unk_id=3, byte_fallback=byte_fallback))
    tokenizer.normalizer = normalizer
    if pre_tokenizer is not None:
        tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.post_processor = template(tokenizer, "<s>", "</s>", "</s> </s>")
    tokenizer.add_special_tokens([*FAMILY, AddedToken("<mask>", lstrip=True, special=True, normalized=True)])
    return tokenizer


def bert(words, **options):
    tokenizer = Tokenizer(models.WordPiece.from_file(words, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(**options)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(
        ("[SEP]", tokenizer.token_to_id("[SEP]")), ("[CLS]", tokenizer.token_to_id("[CLS]")))
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    return tokenizer


def all_tokenizers(texts, words):
    Metaspace, WhitespaceSplit = pre_tokenizers.Metaspace, pre_tokenizers.WhitespaceSplit
    made = {"roberta": roberta(byte_pairs(texts, 800))}
    made["roberta-prefix"] = roberta(byte_pairs(texts, 600), prefix=True)
    made["roberta-prefix"].post_processor = processors.Sequence(
        [processors.ByteLevel(trim_offsets=True), template(made["roberta-prefix"], "<s>", "</s>", "</s> </s>")])
    made["roberta-prefix"].add_tokens([
        AddedToken("film", single_word=True), AddedToken("ing", rstrip=True, normalized=False),
        AddedToken("new words", lstrip=True, rstrip=True), AddedToken("new", normalized=False), "中文"])
    ascii_texts = ["".join(c for c in text if c < "\x7f") for text in texts]
    for name, fuse in ("gaps", False), ("gaps-fused", True):
        made[name] = roberta(byte_pairs(ascii_texts, 400, alphabet=False, unk_token="<unk>", fuse_unk=fuse))
    made["gaps-dropped"] = roberta(byte_pairs(ascii_texts, 400, alphabet=False))
    made["whole"] = roberta(byte_pairs(texts, 500, ignore_merges=True))
    made["whole"].pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)

    pieces, table = sentencepieces(texts, 900, normalization_rule_name="nmt_nfkc")
    precompiled = normalizers.Precompiled(table)
    made["xlm-roberta"] = xlm_roberta(pieces, precompiled, pre_tokenizers.Sequence([WhitespaceSplit(), Metaspace()]))
    made["xlm-metaspace"] = xlm_roberta(
        pieces, normalizers.Sequence([precompiled, normalizers.Replace(Regex(" {2,}"), " ")]), Metaspace())
    made["xlm-marks"] = xlm_roberta(
        pieces,
        normalizers.Sequence(
            [precompiled, normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), "▁")]),
        Metaspace(prepend_scheme="first"))
    made["xlm-never"] = xlm_roberta(
        pieces, precompiled, pre_tokenizers.Sequence([WhitespaceSplit(), Metaspace(prepend_scheme="never")]))
    made["xlm-unsplit"] = xlm_roberta(pieces, precompiled, Metaspace(split=False))
    made["xlm-added"] = xlm_roberta(pieces, precompiled, pre_tokenizers.Sequence([WhitespaceSplit(), Metaspace()]))
    made["xlm-added"].add_tokens([
        AddedToken("film", single_word=True), AddedToken("ﬁne", rstrip=True), AddedToken("ｆｕｌｌ", normalized=False)])
    fallback, table = sentencepieces(texts, 900, normalization_rule_name="nfkc_cf", byte_fallback=True)
    made["xlm-bytes"] = xlm_roberta(
        fallback,
        normalizers.Sequence([normalizers.Precompiled(table), normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]),
        None, byte_fallback=True)

    made["bert"] = bert(words)
    made["bert-cased"] = bert(words, lowercase=False)
    made["bert-cased"].post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[(t, made["bert-cased"].token_to_id(t)) for t in ("[CLS]", "[SEP]")])
    made["bert-accents"] = bert(words, lowercase=True, strip_accents=False, handle_chinese_chars=False, clean_text=False)
    made["bert-accents"].pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation()])
    made["bert-added"] = bert(words)
    made["bert-added"].add_tokens([
        "Größe", AddedToken("ing", single_word=True), AddedToken("中文", lstrip=True), AddedToken("NEW", normalized=False)])
    return made


def write(directory, made):
    for name, tokenizer in made.items():
        (directory / name).mkdir()
        tokenizer.save(str(directory / name / "tokenizer.json"))
    # The same in older spellings.
    text = json.loads((directory / "roberta" / "tokenizer.json").read_text())
    text["model"]["merges"] = [m if isinstance(m, str) else " ".join(m) for m in text["model"]["merges"]]
    old = {"roberta-strings": text}
    text = json.loads((directory / "xlm-roberta" / "tokenizer.json").read_text())
    metaspace = text["pre_tokenizer"]["pretokenizers"][1]
    metaspace.pop("prepend_scheme")
    metaspace.pop("split")
    metaspace.update(add_prefix_space=True, str_rep="▁")
    old["xlm-old"] = text
    for name, text in old.items():
        (directory / name).mkdir()
        (directory / name / "tokenizer.json").write_text(json.dumps(text))
    return [*made, *old]


def write_files(directory, tokenizer):
    """RoBERTa's `vocab.json` and `merges.txt`."""
    directory.mkdir()
    tokenizer.model.save(str(directory))
    (directory / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "RobertaTokenizer", "add_prefix_space": True,
        "mask_token": {"__type": "AddedToken", "content": "<mask>", "lstrip": True, "rstrip": False,
                       "normalized": False, "single_word": False}}))
    (directory / "config.json").write_text(json.dumps({"model_type": "roberta"}))


def main():
    request = json.load(sys.stdin)
    directory = Path(request["directory"])
    made = all_tokenizers(request["texts"], request["words"])
    names = write(directory, made)
    write_files(directory / "roberta-files", made["roberta"])
    json.dump([*names, "roberta-files"], sys.stdout)


if __name__ == "__main__":
    main()
