"""Two processes of an engine side by side on the same cores: whether they share them, or stall each other.

    neighbours.py --executable ESPALIER_BENCH [--models minilm] [--shape 1x32] [--variants fp32,int8] [--rounds 9]

In each round an engine's first process runs alone, then its second, then both at once, each with as many threads as there are
cores. Side by side each has half of the machine, so a run takes at least twice as long; what it takes beyond that is lost to
threads that wait for one that isn't running. Prints Markdown: the share of the throughput alone that both have together, and
median and 99th percentile of a run, alone and beside the other.
"""

import argparse
import os
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import numpy

import compare
import contestants as field
import machine
import workloads
from child import Child, ContestantFailed
from figures import interval
from rounds import Cell

SECONDS = 1.5  # of a turn


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--executable", required=True)
    parser.add_argument("--models", default="minilm")
    parser.add_argument("--shape", default="1x32", help="batch x tokens, of those that are compared")
    parser.add_argument("--variants", default="fp32,int8")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", default=str(compare.HERE.parent / ".build" / "peers"))
    options = parser.parse_args()
    options.executable = str(Path(options.executable).resolve())
    # What compare.prepared asks for besides.
    options.quick, options.cells = True, "inference"
    return options


class Pair:
    """Two processes of one contestant."""

    def __init__(self, contestant, setup, threads, work):
        self.name = contestant.name
        self.shares, self.alone, self.beside = [], [], []
        environment = contestant.process_environment(threads, "native", None)
        command = contestant.command(setup, threads)
        self.children = []
        try:
            for index in range(2):
                log = work / f"{contestant.name.replace(' ', '-')}-{index}.log"
                self.children.append(Child(contestant, command, environment, log))
        except ContestantFailed:
            self.close()
            raise

    def turn(self, cell, pool):
        def run(child):
            return child.time(cell, runs=100_000, untimed=3, most=SECONDS)

        alone = [run(child) for child in self.children]
        beside = list(pool.map(run, self.children))
        rate = sum(len(seconds) / sum(seconds) for seconds in beside)
        self.shares.append(rate / (sum(len(seconds) / sum(seconds) for seconds in alone) / 2))
        self.alone += sum(alone, [])
        self.beside += sum(beside, [])

    def row(self, generator):
        draws = generator.integers(0, len(self.shares), size=(4000, len(self.shares)))
        low, high = interval(numpy.median(numpy.array(self.shares)[draws], axis=1))
        figures = [numpy.quantile(times, share) * 1000 for times in (self.alone, self.beside) for share in (0.5, 0.99)]
        shown = " | ".join(f"{figure:.2f}" for figure in figures)
        return f"| {self.name} | {median(self.shares):.2f} ({low:.2f} to {high:.2f}) | {shown} |"

    def close(self):
        for child in self.children:
            child.close()


def main():
    options = parse()
    work = Path(options.work)
    work.mkdir(parents=True, exist_ok=True)
    threads = len(os.sched_getaffinity(0))
    lengths = workloads.ragged_lengths(872)
    setup = compare.prepared(options, work, options.models, lengths)
    cell = Cell(options.shape, "batch")
    variants = options.variants.split(",")
    chosen = [c for variant in variants for c in field.OURS[variant] + field.BY_VARIANT[variant]]
    pairs = []
    for contestant in chosen:
        try:
            pairs.append(Pair(contestant, setup, threads, work))
        except ContestantFailed as failure:
            print(failure, file=sys.stderr)
    order = random.Random(options.seed)
    with ThreadPoolExecutor(2) as pool:
        for round in range(options.rounds):
            order.shuffle(pairs)
            for pair in pairs:
                pair.turn(cell, pool)
            print(f"round {round + 1} of {options.rounds}", file=sys.stderr)
    generator = numpy.random.default_rng(options.seed)
    print(machine.headline(
        f"{threads} threads each", setup.name, options.shape, f"{options.rounds} rounds", f"turns of {SECONDS} s") + "\n")
    print("| engine | both together, of one alone | alone p50 ms | p99 | beside p50 ms | p99 |")
    print("| --- | --- | --- | --- | --- | --- |")
    for pair in sorted(pairs, key=lambda pair: -median(pair.shares)):
        print(pair.row(generator))
        pair.close()


main()
