#!/usr/bin/env python3
"""`espalier predict` beside the fastest peer's best effort: a whole file, from sentences to written labels, tokenising included.

    predict.py --model HF_DIRECTORY --quantised DIRECTORY --data train.tsv [--espalier PROGRAM] [--built DIRECTORY]

The peers get what helps them: Hugging Face's tokenizers in parallel over the whole file, all sentences sorted by length,
batches padded to their longest sentence, one model over both cores or one on each core, of the numbers of rows in a batch the
fastest (chosen on a part of the file), and the clock starts when Python, the model and the file are loaded. Espalier's runs
from the start of its process to its end. The peers are in INT8 as build_models.py makes them; rounds are interleaved.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

import numpy

import machine

INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
LONGEST = 128


def sentences(path):
    lines = Path(path).read_text(encoding="utf-8").split("\n")
    column = lines[0].split("\t").index("sentence")
    return [line.split("\t")[column] for line in lines[1:] if line]


def tokenizer(directory):
    from tokenizers import Tokenizer

    made = Tokenizer.from_file(str(Path(directory) / "tokenizer.json"))
    made.enable_truncation(LONGEST)
    made.no_padding()
    return made


def batches(encodings, rows):
    """Places and padded arrays, the longest sentences first: two workers end at nearly the same time then."""
    order = sorted(range(len(encodings)), key=lambda row: -len(encodings[row].ids))
    for start in range(0, len(order), rows):
        places = order[start : start + rows]
        ids = numpy.zeros((len(places), len(encodings[places[0]].ids)), numpy.int64)
        mask = numpy.zeros_like(ids)
        for row, place in enumerate(places):
            values = encodings[place].ids
            ids[row, : len(values)] = values
            mask[row, : len(values)] = 1
        yield places, (ids, mask, numpy.zeros_like(ids))


class OnnxRuntime:
    name, package = "ONNX Runtime", "onnxruntime"

    def __init__(self, built, threads, workers):
        import onnxruntime

        def session():
            settings = onnxruntime.SessionOptions()
            settings.intra_op_num_threads = threads // workers
            settings.inter_op_num_threads = 1
            settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
            path = str(Path(built) / "onnxruntime-int8.onnx")
            return onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])

        self.sessions = [session() for _ in range(workers)]
        self.wanted = {entry.name for entry in self.sessions[0].get_inputs()}

    def logits(self, work, count, labels=2):
        logits = numpy.zeros((count, labels), numpy.float32)

        def drain(session):
            # A shared generator: each worker takes the next batch when it is free.
            while (batch := work.take()) is not None:
                places, arrays = batch
                inputs = {name: array for name, array in zip(INPUTS, arrays) if name in self.wanted}
                logits[places] = session.run(None, inputs)[0]

        with ThreadPoolExecutor(len(self.sessions)) as pool:
            list(pool.map(drain, self.sessions))
        return logits


class OpenVINO:
    name, package = "OpenVINO", "openvino"

    def __init__(self, built, threads, workers):
        import openvino

        core = openvino.Core()
        model = core.read_model(Path(built) / "openvino-int8.xml")
        self.compiled = core.compile_model(
            model, "CPU",
            {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": workers, "INFERENCE_PRECISION_HINT": "f32",
             "PERFORMANCE_HINT": "THROUGHPUT" if workers > 1 else "LATENCY"})
        self.wanted = {entry.any_name for entry in self.compiled.inputs}
        self.workers = workers

    def logits(self, work, count, labels=2):
        import openvino

        logits = numpy.zeros((count, labels), numpy.float32)
        # One more than streams: the next batch is made while the last runs.
        queue = openvino.AsyncInferQueue(self.compiled, self.workers + 1)

        def done(request, places):
            logits[places] = request.get_output_tensor(0).data

        queue.set_callback(done)
        while (batch := work.take()) is not None:
            places, arrays = batch
            inputs = {name: array for name, array in zip(INPUTS, arrays) if name in self.wanted}
            queue.start_async(inputs, places)
        queue.wait_all()
        return logits


class Work:
    """Batches that several workers take."""

    def __init__(self, encodings, rows):
        import threading

        self.batches = batches(encodings, rows)
        self.lock = threading.Lock()

    def take(self):
        with self.lock:
            return next(self.batches, None)


def peer_run(engine, texts, tokens, rows, labels, output):
    """Seconds from texts to a written file."""
    start = time.perf_counter()
    encodings = tokens.encode_batch_fast(texts) if hasattr(tokens, "encode_batch_fast") else tokens.encode_batch(texts)
    logits = engine.logits(Work(encodings, rows), len(texts), len(labels))
    logits -= logits.max(axis=1, keepdims=True)
    scores = numpy.exp(logits)
    scores /= scores.sum(axis=1, keepdims=True)
    best = scores.argmax(axis=1).tolist()
    with open(output, "w") as file:
        file.writelines(
            f'{{"label":"{labels[label]}","scores":{{{",".join(f"{chr(34)}{name}{chr(34)}:{score}" for name, score in zip(labels, row))}}}}}\n'
            for label, row in zip(best, scores.tolist()))
    return time.perf_counter() - start


def espalier_run(program, model, data, output, threads):
    start = time.perf_counter()
    with open(output, "w") as file:
        subprocess.run([program, "predict", model, data, "--threads", str(threads), "--quiet"], stdout=file, check=True)
    return time.perf_counter() - start


def label_lines(path):
    with open(path) as file:
        return [json.loads(line)["label"] for line in file]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True, help="the model in floats, as Hugging Face has it")
    parser.add_argument("--quantised", required=True, help="the same for Espalier, in INT8")
    parser.add_argument("--data", required=True, help="a .tsv with a column 'sentence'")
    parser.add_argument("--built", help="where the peers' files are, or are written")
    parser.add_argument("--espalier", default=".build/release/espalier")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--engines", default="onnxruntime,openvino")
    options = parser.parse_args()

    scratch = tempfile.TemporaryDirectory()
    built = options.built or scratch.name
    engines = options.engines.split(",")
    if not all((Path(built) / name).exists() for name in ("onnxruntime-int8.onnx", "openvino-int8.xml")):
        from build_models import Builder

        # What the builders print is no part of the document.
        with contextlib.redirect_stdout(sys.stderr):
            Builder(options.model, built).build(["int8"], engines)
    config = json.loads((Path(options.model) / "config.json").read_text())
    labels = [config["id2label"][str(index)] for index in range(len(config["id2label"]))]
    texts, tokens = sentences(options.data), tokenizer(options.model)
    output = str(Path(scratch.name) / "peer.jsonl")

    def sentence(entry):
        seconds, kind, workers, rows = entry
        return f"{kind.name}, {workers} at once, {rows} rows: {len(part) / seconds:.0f} sentences/s"

    # The peer's best: the fastest of all settings on each eighth sentence.
    part, tried = texts[::8], []
    for kind in (OnnxRuntime, OpenVINO):
        if kind.name.lower().replace(" ", "") not in engines:
            continue
        for workers in sorted({1, options.threads}):
            engine = kind(built, options.threads, workers)
            for rows in (8, 16, 32, 64, 128):
                peer_run(engine, part[:500], tokens, rows, labels, output)
                seconds = min(peer_run(engine, part, tokens, rows, labels, output) for _ in range(2))
                tried.append((seconds, kind, workers, rows))
                print(sentence(tried[-1]), file=sys.stderr)
    seconds, kind, workers, rows = min(tried, key=lambda entry: entry[0])
    print(f"the fastest: {kind.name}, {workers} at once, {rows} rows", file=sys.stderr)

    engine, ours = kind(built, options.threads, workers), str(Path(scratch.name) / "espalier.jsonl")
    peer_run(engine, part, tokens, rows, labels, output)
    times = {"peer": [], "espalier": []}
    for _ in range(options.repetitions):
        times["peer"].append(peer_run(engine, texts, tokens, rows, labels, output))
        times["espalier"].append(espalier_run(options.espalier, options.quantised, options.data, ours, options.threads))
        print({name: round(values[-1], 3) for name, values in times.items()}, file=sys.stderr)
    same = sum(a == b for a, b in zip(label_lines(output), label_lines(ours), strict=True))
    ratios = [peer / own for peer, own in zip(times["peer"], times["espalier"])]
    print("# `espalier predict` beside the fastest peer\n\n" + machine.headline(
        f"{len(texts)} sentences of {Path(options.data).name}", f"{options.repetitions} rounds",
        f"{kind.name} {metadata.version(kind.package)} with {workers} at once and {rows} rows a batch") + "\n")
    print("| engine | s | sentences/s |\n| --- | ---: | ---: |")
    for name, values in {kind.name: times["peer"], "Espalier": times["espalier"]}.items():
        print(f"| {name} | {statistics.median(values):.1f} | {len(texts) / statistics.median(values):.0f} |")
    print(f"\nEspalier is {statistics.median(ratios):.2f} times as fast ({min(ratios):.2f} to {max(ratios):.2f}); "
          f"{same} of {len(texts)} labels are the same.\n\nWhat the peers were tried with, on each eighth sentence:\n")
    for entry in tried:
        print(f"- {sentence(entry)}")


if __name__ == "__main__":
    sys.exit(main())
