#!/usr/bin/env python3
"""The Markdown table of a file of records that compare.py wrote.

    tables.py RECORDS.jsonl > TABLE.md
"""

import json
import sys
from statistics import median

import numpy

from figures import cell_figures, geometric_mean, interval, name_of_ours, precision_of, precision_of_peers


def read(path):
    with open(path) as file:
        lines = [json.loads(line) for line in file]
    head = next(line for line in lines if line["record"] == "head")
    return head, [line for line in lines if line["record"] == "cell"]


def cells(records):
    """The records of each model, count of threads and cell, in the order of measuring."""
    grouped = {}
    for record in records:
        grouped.setdefault((record["model"], record["threads"], record["cell"]), []).append(record)
    return grouped


def milliseconds(seconds):
    value = seconds * 1e3
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 1000 else f"{value:.0f}"


def quantized_row(key, records, precision):
    """Of a quantised precision, beside our own FP32; None where nothing of it was timed."""
    figures = cell_figures(records, precision)
    by_name = {record["contestant"]: record for record in records if record["rounds"]}
    own, floats = by_name.get(name_of_ours(precision)), by_name.get("espalier")
    if not own or not floats:
        return None
    time = median(own["rounds"])
    texts = [str(part) for part in key] + [
        milliseconds(time), f"{own['operations'] / time / 1e9:.0f}", f"{median(floats['rounds']) / time:.2f}",
        f"{own['decibels']:.1f}" if own.get("decibels") is not None else ""]
    if figures:
        texts += [
            f"{figures['peer']} {milliseconds(figures['peerSeconds'])}",
            f"**{figures['ratio']:.2f}** ({figures['low']:.2f} to {figures['high']:.2f})"]
    else:
        texts += ["", ""]
    others = [
        f"{name} {milliseconds(median(record['rounds']))}{'†' if record.get('remark') else ''}"
        + (f" ({record['decibels']:.1f} dB)" if record.get("decibels") is not None else "")
        for name, record in by_name.items()
        if not record["isOurs"] and precision_of(record) == precision_of_peers(precision)]
    return texts + [", ".join(others)]


def row(key, records):
    model, threads, cell = key
    figures = cell_figures(records)
    by_name = {record["contestant"]: record for record in records}
    texts = [model, str(threads), cell]
    own = by_name.get("espalier")
    half = by_name.get("espalier f16")
    texts.append(milliseconds(median(own["rounds"])) if own else "")
    texts.append(milliseconds(median(half["rounds"])) if half else "")
    share = own and own.get("peakGflops") and own["operations"] / median(own["rounds"]) / 1e9 / own["peakGflops"]
    texts.append(f"{share * 100:.0f} %" if share else "")
    if figures:
        texts += [
            f"{figures['peer']} {milliseconds(figures['peerSeconds'])}",
            f"**{figures['ratio']:.2f}** ({figures['low']:.2f} to {figures['high']:.2f})",
        ]
    else:
        texts += ["", ""]
    others = [
        f"{name} {milliseconds(median(record['rounds']))}{'†' if record.get('remark') else ''}"
        for name, record in by_name.items()
        if record["rounds"] and not record["isOurs"] and precision_of(record) == "fp32"
        and (not figures or name != figures["peer"])
    ]
    texts.append(", ".join(others))
    return texts


def markdown_table(titles, rows):
    yield f"| {' | '.join(titles)} |"
    yield "|" + " --- |" * len(titles)
    for texts in rows:
        yield f"| {' | '.join(texts)} |"


def group(key):
    model, threads, cell = key
    kind = "training step" if cell.startswith("training") else "unequal lengths" if "ragged" in cell else "inference"
    return kind, model, threads


def means(grouped, precision="fp32"):
    """The geometric mean of the cells of each kind, model and count of threads, and of all cells of a kind."""
    found = {}
    for key, records in grouped.items():
        figures = cell_figures(records, precision, seed=len(found) + 1)
        if figures:
            kind, model, threads = group(key)
            for name in ((kind, model, str(threads)), (kind, "all", "all")):
                found.setdefault(name, []).append(figures)
    for (kind, model, threads), figures in sorted(found.items(), key=lambda entry: entry[0][1] == "all"):
        resampled = numpy.exp(numpy.mean([numpy.log(f["resampled"]) for f in figures], axis=0))
        low, high = interval(resampled)
        ratios = [f["ratio"] for f in figures]
        yield [
            kind, model, threads, str(len(figures)), f"**{geometric_mean(ratios):.2f}** ({low:.2f} to {high:.2f})",
            f"{min(ratios):.2f}",
        ]


def remarks(records):
    """What was not timed, or does not count."""
    said = []
    for record in records:
        where = f"{record['model']}, {record['threads']} threads, {record['cell']}"
        if record.get("problem"):
            said.append(f"- {where}: {record['contestant']} was not timed: {record['problem']}.")
    for name, remark in sorted({(r["contestant"], r["remark"]) for r in records if r.get("remark")}):
        said.append(f"- † {name}: {remark}; it is not counted among the peers here.")
    return said


def document(head, records):
    grouped = cells(records)
    machine = head["machine"]
    yield f"# Espalier and other engines: {machine['processor']}, {head['isa']}"
    yield ""
    yield (
        f"{machine['cores']} cores of {machine['processor']} (family {machine['family']}, model {machine['model']}, "
        f"{' '.join(machine['flags'])}), Linux {machine['kernel']}, load {machine['load']:.2f} at the start. "
        f"{head['date']}, commit {head['commit']}, `{head['command']}`.")
    yield ""
    yield f"Instruction sets: {head['isaNote']}. Versions: {', '.join(f'{k} {v}' for k, v in head['versions'].items())}."
    yield ""
    yield (
        "Milliseconds are medians over interleaved rounds of the median of a turn. The ratio says how many times faster "
        "Espalier's FP32 is than the fastest FP32 peer of that cell, with a 95 % bootstrap interval over rounds. Before a "
        f"cell was timed, each FP32 peer's logits agreed with ours within {head['tolerance']:g} (largest difference "
        f"{max((r['difference'] for r in records if r['isExact'] and r.get('difference') is not None and not r.get('problem')), default=0):.1e}), "
        "and losses of three training steps likewise. The share of peak counts the operations of all layers for all tokens, "
        "over the peak of fused multiply-adds in the same rounds.")
    yield ""
    yield from markdown_table(
        ["model", "threads", "batch x tokens", "Espalier ms", "F16 weights ms", "of peak", "fastest peer ms", "ratio",
         "others ms"],
        [row(key, entries) for key, entries in grouped.items()])
    yield ""
    yield from markdown_table(
        ["geometric means", "model", "threads", "cells", "ratio", "least"], list(means(grouped)))
    for precision, title in (("int8", "INT8"), ("int8-reduced", "INT8 of weights within 64"), ("int4", "INT4")):
        rows = [texts for key, entries in grouped.items() if (texts := quantized_row(key, entries, precision))]
        if not rows:
            continue
        yield ""
        yield f"## {title}"
        yield ""
        yield (
            "The ratio is to the fastest peer of the same precision. Decibels: our FP32 logits over the difference from them. "
            "Operations are those of the float model.")
        yield ""
        yield from markdown_table(
            ["model", "threads", "batch x tokens", "Espalier ms", "GOP/s", "x our FP32", "dB", "fastest peer ms", "ratio",
             "peers ms"], rows)
        yield ""
        yield from markdown_table(
            ["geometric means", "model", "threads", "cells", "ratio", "least"], list(means(grouped, precision)))
    notes = remarks(records)
    if notes:
        yield ""
        yield from notes


if __name__ == "__main__":
    print("\n".join(document(*read(sys.argv[1]))))
