"""PyTorch: plain modules with its fused attention. Variants: fp32, int8 (dynamic, linear layers)."""

import torch

import bert_module
from serving import Classifier, serve


def load(options, workloads):
    torch.set_num_threads(options.threads)
    torch.set_num_interop_threads(1)
    module = bert_module.load(options.model).eval()
    if options.variant == "int8":
        module = torch.ao.quantization.quantize_dynamic(module, {torch.nn.Linear}, dtype=torch.qint8)

    @torch.inference_mode()
    def infer(batch):
        mask = None if batch.is_full else torch.from_numpy(batch.mask)
        return module(torch.from_numpy(batch.ids), mask, torch.from_numpy(batch.types)).numpy()

    return Classifier(infer, workloads)


serve("torch", torch.__version__, load)
