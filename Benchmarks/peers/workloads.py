"""The sentences that every engine gets: batches of one length, and a data set of unequal lengths."""

import json
import math
from pathlib import Path

import numpy

VOCABULARY = 30522
CLS, SEP = 101, 102
INFERENCE_SHAPES = [(1, 16), (1, 32), (1, 128), (8, 128), (32, 64)]
TRAINING_SHAPES = [(32, 32), (32, 64)]
RAGGED_MEAN, RAGGED_LEAST, RAGGED_MOST = 25.3, 5, 66


def ragged_lengths(count):
    """Token counts like those of SST-2's dev split (872 sentences, mean 25): log-normal, spread 0.5."""
    spread = 0.5
    draw = numpy.random.default_rng(872).lognormal(math.log(RAGGED_MEAN) - spread**2 / 2, spread, 872)
    return [int(n) for n in numpy.clip(numpy.round(draw), RAGGED_LEAST, RAGGED_MOST)][:count]


def lengths_of_file(path):
    """One count of tokens a line."""
    return [int(line) for line in Path(path).read_text().split()]


def workload(name, kind, lengths, seed):
    random = numpy.random.default_rng(seed)
    sentences = []
    for length in lengths:
        ids = random.integers(1000, VOCABULARY, size=length)
        ids[0], ids[-1] = CLS, SEP
        sentences.append([int(i) for i in ids])
    labels = [int(i) for i in random.integers(0, 2, size=len(lengths))]
    return {"name": name, "kind": kind, "sentences": sentences, "labels": labels}


def fixed(batch, tokens):
    return workload(f"{batch}x{tokens}", "batch", [tokens] * batch, seed=batch * 1000 + tokens)


def ragged(lengths):
    return workload(f"ragged {len(lengths)}", "dataset", lengths, seed=3)


def write(path, workloads):
    Path(path).write_text(json.dumps(workloads))


def operations(load, config):
    """Multiplications and additions of a classifier that computes no padding: 2 N (4 C^2 + 2 C F) + 4 C sum T^2 a layer."""
    hidden, wide = config["hidden_size"], config["intermediate_size"]
    lengths = [len(sentence) for sentence in load["sentences"]]
    layer = 2 * sum(lengths) * (4 * hidden**2 + 2 * hidden * wide) + 4 * hidden * sum(n * n for n in lengths)
    return config["num_hidden_layers"] * layer + 2 * len(lengths) * hidden * (hidden + 2)
