r"""Espalier's tokenizers beside the package tokenizers, on one core.

    make bench-build
    "$(Tests/Peers/install.sh)" Benchmarks/peers/tokenization.py SENTENCES --words Tests/TextTests/Fixtures/vocab.txt \
      --executable Benchmarks/.build/release/EspalierBench

SENTENCES has one sentence a line, or is a table (.tsv) with a column `sentence`. A WordPiece tokenizer is made of VOCAB, BERT's
vocab.txt; byte-level BPE and Unigram tokenizers are trained on the sentences with `--size` tokens; `--tokenizer DIR` adds one of
yours. Both sides cut all sentences in each of `--rounds` rounds, in turns, once they have been found to give the same ids. The
package's time is that of `encode_batch` with one thread.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

import tokenizers  # noqa: E402

import machine  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Tests/Peers"))
from tokenizers_train import bert, byte_pairs, roberta, sentencepieces, xlm_roberta  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sentences", type=Path)
    parser.add_argument("--words", type=Path)
    parser.add_argument("--tokenizer", type=Path, action="append", default=[])
    parser.add_argument("--executable", type=Path, required=True)
    parser.add_argument("--size", type=int, default=20000)
    parser.add_argument("--most", type=int, default=20000, help="sentences")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--core", type=int, default=0, help="on which both run")
    return parser.parse_args()


def read(path, most):
    lines = path.read_text().splitlines()
    if path.suffix == ".tsv":
        column = lines[0].split("\t").index("sentence")
        lines = [line.split("\t")[column] for line in lines[1:]]
    return lines[:most]


def trained(sentences, words, size):
    normalizers, pre_tokenizers = tokenizers.normalizers, tokenizers.pre_tokenizers
    pieces, table = sentencepieces(sentences, size, normalization_rule_name="nmt_nfkc")
    cut = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    made = {
        "byte-level BPE": roberta(byte_pairs(sentences, size)),
        "Unigram": xlm_roberta(pieces, normalizers.Precompiled(table), cut),
    }
    return {"WordPiece": bert(str(words)), **made} if words else made


def hash_of(encodings):
    value = 0xCBF29CE484222325
    for encoding in encodings:
        for token in encoding.ids:
            for byte in token.to_bytes(4, "little"):
                value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:x}"


def compare(name, directory, sentences, file, options):
    start = time.perf_counter()
    reference = tokenizers.Tokenizer.from_file(str(directory / "tokenizer.json"))
    loads = [time.perf_counter() - start]
    command = [options.executable, "tokenize", directory, "--sentences", file]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ours():
        print(file=child.stdin, flush=True)
        return json.loads(child.stdout.readline())

    loads.append(json.loads(child.stdout.readline())["loadSeconds"])
    # The first runs fill the package's cache of words, and are the check.
    encodings = reference.encode_batch(sentences)
    run = ours()
    if run["hash"] != hash_of(encodings):
        sys.exit(f"{name}: ids differ")
    seconds = {"package": [], "Espalier": []}
    for number in range(options.rounds):
        for side in sorted(seconds, reverse=number % 2 == 0):
            if side == "Espalier":
                seconds[side].append(ours()["seconds"])
            else:
                start = time.perf_counter()
                reference.encode_batch(sentences)
                seconds[side].append(time.perf_counter() - start)
    child.stdin.close()
    child.wait()
    ratios = sorted(a / b for a, b in zip(seconds["package"], seconds["Espalier"]))
    speeds = [f"{run['tokens'] / statistics.median(times) / 1e6:.2f}" for times in seconds.values()]
    print(
        f"| {name} | {run['tokens']} | {speeds[0]} | {speeds[1]} | {statistics.median(ratios):.1f} | {ratios[0]:.1f} to {ratios[-1]:.1f} "
        f"| {loads[0]:.2f} | {loads[1]:.2f} |", flush=True)


def main():
    options = arguments()
    sentences = read(options.sentences, options.most)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sentences.txt"
        file.write_text("\n".join(sentences))
        directories = {}
        for name, tokenizer in trained(sentences, options.words, options.size).items():
            directories[name] = Path(folder) / name.replace(" ", "-")
            directories[name].mkdir()
            tokenizer.save(str(directories[name] / "tokenizer.json"))
        directories.update((directory.name, directory) for directory in options.tokenizer)
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {options.core})
        print(machine.headline(
            f"{len(sentences)} sentences", "one core", f"tokenizers {tokenizers.__version__}", f"{options.rounds} rounds") + "\n")
        print("| tokenizer | tokens | package, M tokens/s | Espalier, M tokens/s | times as fast | rounds | package loads, s | Espalier loads, s |")
        print("|---|---|---|---|---|---|---|---|", flush=True)
        for name, directory in directories.items():
            compare(name, directory, sentences, file, options)


if __name__ == "__main__":
    main()
