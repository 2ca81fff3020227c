"""Medians, and how sure they are."""

import math
from statistics import median

import numpy

RESAMPLES = 4000


def speedups(ours, peers, random):
    """How many times faster we are than the fastest peer, over resampled rounds.

    `ours` is the time of each round, `peers` a list of such lists. Which peer is fastest is decided anew in each resample,
    so that the interval holds the luck of that choice too.
    """
    count = min([len(ours)] + [len(times) for times in peers])
    draws = random.integers(0, count, size=(RESAMPLES, count))
    own = numpy.median(numpy.array(ours)[draws], axis=1)
    fastest = numpy.min([numpy.median(numpy.array(times)[draws], axis=1) for times in peers], axis=0)
    return fastest / own


def interval(values):
    low, high = numpy.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def geometric_mean(values):
    return math.exp(sum(math.log(value) for value in values) / len(values))


def name_of_ours(precision):
    return "espalier" if precision == "fp32" else f"espalier {precision}"


def precision_of(record):
    return record.get("precision") or ("fp32" if record["isExact"] else record["contestant"].split()[-1])


def precision_of_peers(precision):
    """What a precision of ours is compared with."""
    return "int8" if precision == "int8-reduced" else precision


def cell_figures(records, precision="fp32", seed=1):
    """Of the records of one cell: our time, the fastest peer of a precision, the ratio and its 95 % interval; None without
    peers."""
    ours = next((r for r in records if r["contestant"] == name_of_ours(precision) and r["rounds"]), None)
    peers = [
        r for r in records
        if not r["isOurs"] and precision_of(r) == precision_of_peers(precision) and not r.get("remark") and r["rounds"]]
    if ours is None or not peers:
        return None
    fastest = min(peers, key=lambda r: median(r["rounds"]))
    resampled = speedups(ours["rounds"], [r["rounds"] for r in peers], numpy.random.default_rng(seed))
    low, high = interval(resampled)
    return {
        "ours": median(ours["rounds"]), "peer": fastest["contestant"], "peerSeconds": median(fastest["rounds"]),
        "ratio": median(fastest["rounds"]) / median(ours["rounds"]), "low": low, "high": high, "resampled": resampled,
    }
