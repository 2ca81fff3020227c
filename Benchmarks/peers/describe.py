#!/usr/bin/env python3
"""Says as JSON which contestants some engines have, how each is started, and how many bytes it needs.

    describe.py missing --engines E,F --variants V,W
    describe.py contestants BUILT --workloads FILE --threads N --engines E,F --variants V,W

The first gives the names of packages that are not installed. `espalier bench` asks both.
"""

import argparse
import importlib.util
import json
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import contestants as field

# What build_models.py and the engine's script import.
NEEDS = {
    "onnxruntime": ["numpy", "safetensors", "torch", "onnx", "onnxruntime"],
    "openvino": ["numpy", "safetensors", "torch", "onnx", "openvino"],
    "torch": ["numpy", "safetensors", "torch"],
    "ctranslate2": ["numpy", "safetensors", "torch", "transformers", "ctranslate2"],
}


def missing(engines, variants):
    wanted = {package for engine in engines for package in NEEDS[engine]}
    if "openvino" in engines and set(variants) - {"fp32"}:
        wanted.add("nncf")
    return sorted(package for package in wanted if importlib.util.find_spec(package) is None)


def files(engine, variant, built):
    if engine == "onnxruntime":
        return [built / f"onnxruntime-{variant}.onnx"]
    if engine == "openvino":
        return [built / f"openvino-{variant.removesuffix('-static')}{end}" for end in (".xml", ".bin")]
    if engine == "ctranslate2":
        return [built / "head.npz", *(built / f"ctranslate2-{variant}").iterdir()]
    return [built / "config.json", built / "model.safetensors"]


def described(contestant, options):
    setup = SimpleNamespace(built=Path(options.built), workloads=options.workloads)
    return {
        "name": contestant.name, "engine": contestant.engine, "precision": contestant.precision,
        "version": metadata.version(contestant.engine), "isExact": contestant.is_exact, "kinds": list(contestant.kinds),
        "command": contestant.command(setup, options.threads),
        "environment": contestant.process_environment(options.threads, "native", None),
        "bytes": sum(path.stat().st_size for path in files(contestant.engine, contestant.variant, setup.built)),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("question", choices=["missing", "contestants"])
    parser.add_argument("built", nargs="?", help="a directory of build_models.py")
    parser.add_argument("--workloads")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--engines", required=True)
    parser.add_argument("--variants", default="fp32")
    options = parser.parse_args()
    engines, variants = options.engines.split(","), options.variants.split(",")
    if options.question == "missing":
        print(json.dumps(missing(engines, variants)))
        return
    found = [entry for variant in variants for entry in field.BY_VARIANT[variant] if entry.engine in engines]
    print(json.dumps([described(entry, options) for entry in found]))


if __name__ == "__main__":
    main()
