"""How sentences become the rectangles that the other engines want."""

from dataclasses import dataclass

import numpy

BATCH = 32
FIXED_LENGTH = 128


@dataclass
class Rectangle:
    rows: list  # where each of its sentences stands in the workload
    ids: numpy.ndarray
    mask: numpy.ndarray
    types: numpy.ndarray

    @property
    def is_full(self):
        return bool(self.mask.all())


def rectangle(sentences, rows, width):
    ids = numpy.zeros((len(rows), width), numpy.int64)
    mask = numpy.zeros_like(ids)
    for place, row in enumerate(rows):
        ids[place, : len(sentences[row])] = sentences[row]
        mask[place, : len(sentences[row])] = 1
    return Rectangle(rows, ids, mask, numpy.zeros_like(ids))


def rectangles(load, padding):
    """`padding` of a data set: "fixed" to 128 tokens in order, "longest" of a batch in order, "sorted" by length first."""
    sentences = load["sentences"]
    if load["kind"] == "batch":
        return [rectangle(sentences, list(range(len(sentences))), max(map(len, sentences)))]
    order = list(range(len(sentences)))
    if padding == "sorted":
        order.sort(key=lambda row: len(sentences[row]))
    batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    return [
        rectangle(sentences, rows, FIXED_LENGTH if padding == "fixed" else max(len(sentences[row]) for row in rows))
        for rows in batches
    ]
