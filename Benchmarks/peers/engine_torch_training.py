"""A step of training in PyTorch: forward with dropout, cross entropy, backward, clipping, fused AdamW.

Settings are those of Espalier's trainer: rate 2e-5, weight decay 0.01 on matrices alone, gradients clipped to a norm of 1.
"""

import torch

import bert_module
from batching import rectangles
from serving import serve

RATE, DECAY, MAX_NORM = 2e-5, 0.01, 1.0


class Training:
    def __init__(self, options, workloads):
        torch.set_num_threads(options.threads)
        torch.set_num_interop_threads(1)
        torch.manual_seed(1)
        self.model = options.model
        self.examples = {}
        for name, load in workloads.items():
            if load["kind"] == "batch":
                (batch,) = rectangles(load, None)
                labels = torch.tensor(load["labels"])
                self.examples[name] = (torch.from_numpy(batch.ids), torch.from_numpy(batch.types), labels)
        self.reload()

    def reload(self):
        self.module = bert_module.load(self.model).train()
        plain, decayed = [], []
        for name, parameter in self.module.named_parameters():
            is_plain = name.endswith(".bias") or "LayerNorm" in name
            (plain if is_plain else decayed).append(parameter)
        groups = [{"params": decayed, "weight_decay": DECAY}, {"params": plain, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=RATE, fused=True)

    def step(self, name):
        ids, types, labels = self.examples[name]
        # No sentence is padded, so that no mask is needed.
        loss = torch.nn.functional.cross_entropy(self.module(ids, None, types), labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.module.parameters(), MAX_NORM)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return loss.item()

    def run(self, name, padding):
        self.step(name)

    def check(self, name, padding, runs):
        """The losses of `runs` steps from the stored weights on, without dropout."""
        self.reload()
        for module in self.module.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
            elif isinstance(module, bert_module.SelfAttention):
                module.dropout = 0.0
        losses = [self.step(name) for _ in range(runs)]
        self.reload()
        return losses


serve("torch", torch.__version__, Training)
