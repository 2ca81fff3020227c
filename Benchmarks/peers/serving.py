"""The line protocol of a contestant: it greets when its model is loaded, then answers each line with a line.

`espalier-bench serve` speaks the same. {"operation": "check", "workload": W, "runs": N} is answered with what was computed,
{"operation": "time", "workload": W, "runs": N, "untimed": M} with the seconds of each run; no
further run begins when "most" seconds are over.
"""

import argparse
import json
import os
import sys
import time

import numpy

from batching import rectangles
from child import end_with_parent


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", help="a directory of build_models.py")
    parser.add_argument("--variant", default="fp32")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--workloads", required=True)
    return parser.parse_args()


def private_output():
    """Where replies go. What libraries print on the standard output goes to the standard error from here on."""
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return channel


def serve(engine, version, load):
    """`load(options, workloads)` gives an object with `check(name, padding, runs)` and `run(name, padding)`."""
    if sys.platform == "linux":
        end_with_parent()
    channel = private_output()
    options = arguments()
    with open(options.workloads) as file:
        workloads = {entry["name"]: entry for entry in json.load(file)}
    start = time.perf_counter()
    contestant = load(options, workloads)
    greeting = {
        "engine": engine, "version": version, "threads": options.threads, "loadSeconds": time.perf_counter() - start,
    }
    print(json.dumps(greeting), file=channel, flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(contestant, json.loads(line))), file=channel, flush=True)


def answer(contestant, request):
    name, padding, runs = request["workload"], request.get("padding"), request["runs"]
    if request["operation"] == "check":
        return {"values": [float(value) for value in contestant.check(name, padding, runs)]}
    for _ in range(request.get("untimed", 0)):
        contestant.run(name, padding)
    seconds = []
    first = time.perf_counter()
    for _ in range(runs):
        if request.get("cold"):
            empty_caches()
        start = time.perf_counter()
        contestant.run(name, padding)
        end = time.perf_counter()
        seconds.append(end - start)
        if end - first > request.get("most", float("inf")):
            break
    return {"seconds": seconds}


SWEEP = []


def empty_caches():
    """Writes several times what the last level of cache holds, as `CacheSweep` does for ours."""
    if not SWEEP:
        SWEEP.append(numpy.ones((128 << 20) // 8, dtype=numpy.uint64))
    SWEEP[0] += 1


class Classifier:
    """A contestant from a function of one rectangle to its logits. Rectangles are made once, outside of all timing."""

    def __init__(self, infer, workloads):
        self.infer = infer
        self.workloads = workloads
        self.made = {}

    def batches(self, name, padding):
        if (name, padding) not in self.made:
            self.made[name, padding] = rectangles(self.workloads[name], padding)
        return self.made[name, padding]

    def run(self, name, padding):
        for batch in self.batches(name, padding):
            self.infer(batch)

    def check(self, name, padding, runs):
        logits = [None] * len(self.workloads[name]["sentences"])
        for batch in self.batches(name, padding):
            for row, values in zip(batch.rows, numpy.array(self.infer(batch))):
                logits[row] = values
        return numpy.concatenate(logits)
