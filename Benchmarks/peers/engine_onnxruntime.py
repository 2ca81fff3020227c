"""ONNX Runtime. Variants are files: fp32 (fused when it is loaded), fused (by its transformer optimizer), int8."""

from pathlib import Path

import onnxruntime

from serving import Classifier, serve


def load(options, workloads):
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    settings.inter_op_num_threads = 1
    settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    path = Path(options.model) / f"onnxruntime-{options.variant}.onnx"
    session = onnxruntime.InferenceSession(str(path), settings, providers=["CPUExecutionProvider"])
    wanted = {entry.name for entry in session.get_inputs()}

    def infer(batch):
        inputs = {"input_ids": batch.ids, "attention_mask": batch.mask, "token_type_ids": batch.types}
        return session.run(None, {name: value for name, value in inputs.items() if name in wanted})[0]

    return Classifier(infer, workloads)


serve("onnxruntime", onnxruntime.__version__, load)
