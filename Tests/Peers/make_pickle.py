"""Turns a model directory's safetensors into a PyTorch pickle, as older ones have it.

Standard input: {"model": path}. Standard output: {"tensors": how many}.
"""

import json
import os
import sys

import torch
from safetensors.torch import load_file


def main():
    directory = json.load(sys.stdin)["model"]
    file = os.path.join(directory, "model.safetensors")
    tensors = load_file(file)
    torch.save(tensors, os.path.join(directory, "pytorch_model.bin"))
    os.remove(file)
    json.dump({"tensors": len(tensors)}, sys.stdout)


if __name__ == "__main__":
    main()
