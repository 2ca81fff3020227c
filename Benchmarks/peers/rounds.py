"""Cells, and their rounds: every contestant has a turn in each round, in an order drawn anew."""

import time
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Cell:
    workload: str
    kind: str  # "batch" or "dataset"
    padding: str = None  # of the others; see batching.py
    is_training: bool = False

    @property
    def title(self):
        how = {None: "", "fixed": ", padded to 128", "longest": ", padded per batch", "sorted": ", sorted and padded per batch"}
        return ("training " if self.is_training else "") + self.workload + how[self.padding]


@dataclass(frozen=True)
class Effort:
    """How long a cell may take."""

    rounds: int
    least_rounds: int
    turn: float  # seconds of timed runs in a turn, where a run is shorter
    budget: float  # seconds of a cell, once it has its least rounds
    most: float = 0.5  # seconds after which a turn begins no further run
    steady: float = 0.05
    most_warmups: int = 6
    longest_warmup: float = 10.0  # seconds


def warm_up(child, cell, effort):
    """Runs until a turn's median is that of the turn before; the seconds of a run."""
    last = median(child.time(cell, runs=1, untimed=1))
    start = time.perf_counter()
    for _ in range(effort.most_warmups):
        if time.perf_counter() - start > effort.longest_warmup:
            break
        seconds = median(child.time(cell, runs_of_turn(last, effort), most=effort.most))
        if abs(seconds - last) <= effort.steady * last:
            return seconds
        last = seconds
    return last


def runs_of_turn(seconds, effort):
    return max(1, min(200, round(effort.turn / max(seconds, 1e-6))))


def measure(children, cell, effort, random, after_round):
    """The median of each turn, for each of `children`. `after_round` is called in each round, for the machine's limits."""
    runs, first = {}, {}
    for child in children:
        first[child] = warm_up(child, cell, effort)
        runs[child] = runs_of_turn(first[child], effort)
    times = {child: [] for child in children}
    start = time.perf_counter()
    for round in range(effort.rounds):
        if round >= effort.least_rounds and time.perf_counter() - start > effort.budget:
            break
        for place in random.permutation(len(children)):
            child = children[place]
            # A run before the timed ones brings caches and threads back; where a run is long, that is in the noise.
            untimed = 1 if first[child] < effort.turn else 0
            times[child].append(median(child.time(cell, runs[child], untimed, effort.most)))
        after_round()
    return times
