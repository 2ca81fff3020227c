"""CTranslate2. It drops padding by itself; the pooler is its own, the head of two classes is computed in NumPy.

Variants: fp32 and int8, whose matrix products come from the library that CT2_USE_MKL asks for.
"""

from pathlib import Path

import ctranslate2
import numpy

from serving import Classifier, serve


def load(options, workloads):
    directory = Path(options.model)
    with numpy.load(directory / "head.npz") as head:
        weight, bias = head["weight"].T.copy(), head["bias"]
    encoder = ctranslate2.Encoder(
        str(directory / f"ctranslate2-{options.variant}"), device="cpu", inter_threads=1, intra_threads=options.threads,
        compute_type="float32" if options.variant == "fp32" else "int8")

    def infer(batch):
        ids = ctranslate2.StorageView.from_array(batch.ids.astype(numpy.int32))
        lengths = ctranslate2.StorageView.from_array(batch.mask.sum(1).astype(numpy.int32))
        pooled = numpy.asarray(encoder.forward_batch(ids, lengths).pooler_output)
        return pooled @ weight + bias

    return Classifier(infer, workloads)


serve("ctranslate2", ctranslate2.__version__, load)
