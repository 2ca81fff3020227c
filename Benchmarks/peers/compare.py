#!/usr/bin/env python3
"""Times Espalier and other engines on the same inputs, in interleaved rounds, and writes a table.

    compare.py --executable ESPALIER_BENCH [--quick] [--isa native|avx2] [--models minilm,bert-base] [--threads 2,1]

Each contestant is a process of its own that loads its model once. For each cell their answers are compared first; who differs
is not timed. Then rounds: everyone has a turn, in random order, and all others are stopped meanwhile. Records go to
OUTPUT/NAME.jsonl as they are made, the table to OUTPUT/NAME.md in the end.
"""

import argparse
import datetime
import json
import math
import shlex
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import numpy

import contestants as field
import machine
import tables
import workloads
from child import Child, ContestantFailed
from rounds import Cell, Effort, measure

HERE = Path(__file__).resolve().parent
TOLERANCE = 1e-4
# Halves have 11 bits; that of logits of size 1 behind 6 to 12 layers is far below. What quantised models may differ by
# depends on the model: it is shown, not judged.
OURS_TOLERANCE = {"f16": 5e-2}
TRAINING_STEPS = 3
DATASET = 872
SAMPLE = 160  # sentences of the data set for large models and quick runs
PACKAGES = ["onnxruntime", "openvino", "ctranslate2", "torch"]


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--executable", required=True, help="espalier-bench")
    parser.add_argument("--quick", action="store_true", help="MiniLM alone, few rounds: some 5 minutes")
    parser.add_argument("--isa", choices=["native", "avx2"], default="native")
    parser.add_argument("--models", help="comma separated: minilm, bert-base, or directories")
    parser.add_argument("--threads", default="2,1")
    parser.add_argument("--variants", default="fp32", help="fp32, int8, int4; comma separated")
    parser.add_argument("--cells", default="inference,ragged,training", help="kinds of cells, or titles such as 8x128")
    parser.add_argument("--lengths", help="a file with a count of tokens a line, instead of the drawn lengths")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--budget", type=float, help="seconds of a cell, once it has its least rounds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", default=str(HERE.parent / ".build" / "peers"), help="where models are built")
    parser.add_argument("--output", default=str(HERE.parent.parent / "docs" / "results" / "peers"))
    return parser.parse_args()


def effort_of(options):
    rounds = options.rounds or (5 if options.quick else 15)
    budget = options.budget or (5.0 if options.quick else 20.0)
    return Effort(rounds=rounds, least_rounds=min(rounds, 3 if options.quick else 5), turn=0.1, budget=budget)


def mask_library(options, work):
    """The library that hides AVX-512, where that is asked for and the processor lets it be hidden."""
    if options.isa != "avx2" or "avx512f" not in machine.flags() or not machine.has_cpuid_faulting():
        return None
    library = work / "cpuid_mask.so"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", str(HERE / "cpuid_mask.c"), "-o", str(library)], check=True)
    return library


def isa_note(options, mask):
    if "avx512f" not in machine.flags():
        return "AVX2, the most that this processor has"
    if options.isa == "native":
        return "all that the processor has"
    if mask:
        return "AVX2; AVX-512 and VNNI hidden from each engine by faulting CPUID"
    return "AVX2 by each engine's own switch (" + ", ".join(f"{k}={v}" for k, v in field.AVX2_SWITCHES.items()) + ")"


def prepared(options, work, name, lengths):
    """The model's directories and its cells."""
    source = work / name if "/" not in name else Path(name)
    if source.parent == work and not (work / (name + "-int8-reduced") / "model.safetensors").exists():
        subprocess.run([options.executable, "model", name, str(source)], check=True)
    built = work / (source.name + "-built")
    subprocess.run(
        [sys.executable, str(HERE / "build_models.py"), str(source), str(built), "--variants", options.variants],
        check=True)
    config = json.loads((built / "config.json").read_text())
    is_large = config["hidden_size"] > 512
    dataset = workloads.ragged(lengths[: SAMPLE if options.quick or is_large else len(lengths)])
    loads = [workloads.fixed(*shape) for shape in workloads.INFERENCE_SHAPES + workloads.TRAINING_SHAPES] + [dataset]
    path = work / f"{source.name}-workloads.json"
    workloads.write(path, loads)
    return SimpleNamespace(
        name=source.name, source=source, built=built, executable=options.executable, workloads=str(path), config=config,
        loads={load["name"]: load for load in loads}, cells=cells(options, dataset["name"]))


def cells(options, dataset):
    by_kind = {
        "inference": [Cell(f"{b}x{t}", "batch") for b, t in workloads.INFERENCE_SHAPES],
        "ragged": [Cell(dataset, "dataset", padding) for padding in ("fixed", "longest", "sorted")],
        "training": [Cell(f"{b}x{t}", "batch", is_training=True) for b, t in workloads.TRAINING_SHAPES],
    }
    wanted = options.cells.split(",")
    return [cell for kind, found in by_kind.items() for cell in found if kind in wanted or cell.title in wanted]


def start(contestants, setup, threads, options, mask, work):
    children = []
    for contestant in contestants:
        if contestant.is_ours and not (Path(contestant.command(setup, threads)[3]) / "model.safetensors").exists():
            continue  # a model of the user's own without such a twin
        log = work / f"{contestant.name.replace(' ', '-')}.log"
        environment = contestant.process_environment(threads, options.isa, mask)
        try:
            children.append(Child(contestant, contestant.command(setup, threads), environment, log))
            print(f"  {contestant.name} {children[-1].greeting}", file=sys.stderr)
        except ContestantFailed as failure:
            print(f"  {failure}", file=sys.stderr)
    return children


def signal_to_noise(ours, answers):
    """Of answers, in decibels: our FP32 logits over the difference from them; None where there is none."""
    noise = float(((answers - ours) ** 2).sum())
    return 10 * math.log10(float((ours**2).sum()) / noise) if noise > 0 else None


def compared(children, cell):
    """The largest difference of each contestant's answers from ours, and why it may not be timed, if so."""
    runs = TRAINING_STEPS if cell.is_training else 1
    ours = numpy.array(next(child for child in children if child.contestant.name == "espalier").check(cell, runs))
    found = {}
    for child in children:
        try:
            answers = numpy.array(child.check(cell, runs))
            difference = float(numpy.abs(answers - ours).max())
            child.decibels = signal_to_noise(ours, answers)
        except (ContestantFailed, BrokenPipeError, ValueError) as failure:
            found[child] = (None, str(failure))
            continue
        contestant = child.contestant
        bound = TOLERANCE if contestant.is_exact else OURS_TOLERANCE.get(contestant.precision, numpy.inf)
        is_wrong = not difference <= bound
        found[child] = (difference, f"its answers differ from ours by {difference:.1e}" if is_wrong else None)
    # Answers that hardly depend on the input would agree whatever an engine does.
    if not cell.is_training and len(ours) > 2 and ours.reshape(-1, 2).std(axis=0).max() < 100 * TOLERANCE:
        raise SystemExit(f"{cell.title}: logits of all sentences are alike, so that agreement says nothing")
    return found


class Recorder:
    def __init__(self, path):
        self.file = open(path, "w")

    def write(self, **record):
        print(json.dumps(record), file=self.file, flush=True)


def run_cell(children, cell, setup, threads, options, mask, effort, random, recorder):
    taking_part = [child for child in children if cell.kind in child.contestant.kinds]
    verdicts = compared(taking_part, cell)
    timed = [child for child in taking_part if verdicts[child][1] is None]
    ours = next(child for child in timed if child.contestant.name == "espalier")
    peaks = []

    def measure_peak():
        rate = ours.ask(operation="peak", workload="", runs=1)["values"]
        peaks.extend(rate)

    times = measure(timed, cell, effort, random, measure_peak)
    operations = workloads.operations(setup.loads[cell.workload], setup.config) * (3 if cell.is_training else 1)
    for child in taking_part:
        contestant, (difference, problem) = child.contestant, verdicts[child]
        recorder.write(
            record="cell", model=setup.name, threads=threads, cell=cell.title, contestant=contestant.name,
            isOurs=contestant.is_ours, isExact=contestant.is_exact, precision=contestant.precision,
            decibels=None if contestant.is_exact else getattr(child, "decibels", None), version=child.greeting["version"],
            loadSeconds=child.greeting["loadSeconds"], difference=difference, problem=problem,
            remark=contestant.remark(options.isa, mask is not None) if "avx512f" in machine.flags() else None,
            operations=operations, peakGflops=float(numpy.median(peaks)) if peaks else None,
            rounds=times.get(child, []))
    shown = ", ".join(f"{c.contestant.name} {tables.milliseconds(numpy.median(t))}" for c, t in times.items())
    print(f"  {cell.title}: {shown}", file=sys.stderr)


def main():
    options = parse()
    options.executable = str(Path(options.executable).resolve())
    work, output = Path(options.work), Path(options.output)
    work.mkdir(parents=True, exist_ok=True)
    output.mkdir(parents=True, exist_ok=True)
    mask = mask_library(options, work)
    lengths = workloads.lengths_of_file(options.lengths) if options.lengths else workloads.ragged_lengths(DATASET)
    models = (options.models or ("minilm" if options.quick else "minilm,bert-base")).split(",")
    kinds = "" if options.variants == "fp32" else "-" + options.variants.replace(",", "-")
    name = f"{machine.slug()}-{options.isa}{kinds}{'-quick' if options.quick else ''}"
    records = output / f"{name}.jsonl"
    recorder = Recorder(records)
    recorder.write(
        record="head", machine=machine.description(), isa=options.isa, isaNote=isa_note(options, mask),
        versions={package: metadata.version(package) for package in PACKAGES}, commit=machine.commit(),
        date=datetime.date.today().isoformat(), tolerance=TOLERANCE, seed=options.seed,
        command="make bench-peers" + (f" ARGUMENTS='{shown}'" if (shown := command_line()) else ""))
    random = numpy.random.default_rng(options.seed)
    effort = effort_of(options)
    variants = options.variants.split(",")
    ours = field.OURS["fp32"] + [entry for variant in variants if variant != "fp32" for entry in field.OURS[variant]]
    contestants_of_inference = ours + [entry for variant in variants for entry in field.BY_VARIANT[variant]]
    for model in models:
        setup = prepared(options, work, model, lengths)
        for threads in map(int, options.threads.split(",")):
            for is_training, contestants in ((False, contestants_of_inference), (True, field.TRAINING)):
                wanted = [cell for cell in setup.cells if cell.is_training == is_training]
                if not wanted:
                    continue
                print(f"{setup.name}, {threads} threads", file=sys.stderr)
                children = start(contestants, setup, threads, options, mask, work)
                try:
                    for cell in wanted:
                        run_cell(children, cell, setup, threads, options, mask, effort, random, recorder)
                finally:
                    for child in children:
                        child.close()
    recorder.file.close()
    table = "\n".join(tables.document(*tables.read(records))) + "\n"
    (output / f"{name}.md").write_text(table)
    print(table)


def command_line():
    """What was asked for beyond the defaults, without the paths of this machine."""
    words, shown = iter(sys.argv[1:]), []
    for word in words:
        if word in ("--executable", "--work", "--output"):
            next(words)
        else:
            shown.append(word)
    return shlex.join(shown)


if __name__ == "__main__":
    main()
