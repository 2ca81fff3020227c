"""Checks ONNX graphs of classifiers and runs them: the judges are onnx's checker and ONNX Runtime on the CPU.

Standard input: {"model": path, "sentences": [{"ids": [...], "types": [...]}, ...], "padding": its id, "inputs": [names of the graph's, ...]}.
Standard output: {"logits": [[...], ...], "alone": [[...], ...], "operations": {operation: count},
"fused": {operation: count}, "optimized": {operation: count}, "standard": [[...], ...],
"external": [names of files beside the graph], "versions": [of the format, of the operations]}.

`logits` are of all sentences in one padded batch, `alone` of each by itself, `standard` of the batch by a graph in which
operations that aren't ONNX's own are replaced by what the file says that they mean; `operations` are those of the file,
`fused` those that a session of ONNX Runtime leaves, `optimized` those that its tool for transformers leaves. What isn't as
a graph of a classifier has to be ends in an error.
"""

import collections
import contextlib
import json
import os
import sys
import tempfile

import numpy as np
import onnx
import onnx.inliner
import onnxruntime
from onnxruntime.transformers import optimizer


def count(model):
    return dict(collections.Counter(node.op_type for node in model.graph.node))


def batch(sentences, request):
    length = max(len(s["ids"]) for s in sentences)
    ids, types, mask = (np.zeros((len(sentences), length), np.int64) for _ in range(3))
    ids += request["padding"]
    for row, sentence in enumerate(sentences):
        size = len(sentence["ids"])
        ids[row, :size] = sentence["ids"]
        types[row, :size] = sentence["types"]
        mask[row, :size] = 1
    values = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
    return {name: values[name] for name in request["inputs"]}


def main():
    request = json.load(sys.stdin)
    path = request["model"]
    # By path: tensors beside the graph are checked too. Shapes are inferred, and must fit.
    onnx.checker.check_model(path, full_check=True)
    model = onnx.load(path, load_external_data=False)
    external = {
        entry.value
        for tensor in model.graph.initializer
        if tensor.data_location == onnx.TensorProto.EXTERNAL
        for entry in tensor.external_data
        if entry.key == "location"
    }
    with tempfile.TemporaryDirectory() as folder:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1
        # Without VNNI its product of bytes saturates unless weights are unsigned, which this makes them there.
        options.add_session_config_entry("session.x64quantprecision", "1")
        options.optimized_model_filepath = os.path.join(folder, "optimized.onnx")
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        fused = count(onnx.load(options.optimized_model_filepath, load_external_data=False))
    with contextlib.redirect_stdout(sys.stderr):
        optimized = optimizer.optimize_model(path, model_type="bert", num_heads=0, hidden_size=0, opt_level=0)
    inputs = [(i.name, i.type, i.shape) for i in session.get_inputs()]
    shape = ["batch_size", "sequence_length"]
    expected = [(name, "tensor(int64)", shape) for name in request["inputs"]]
    assert inputs == expected, inputs
    assert [o.name for o in session.get_outputs()] == ["logits"]
    sentences = request["sentences"]
    together = session.run(["logits"], batch(sentences, request))[0]
    alone = np.concatenate([session.run(["logits"], batch([s], request))[0] for s in sentences])
    standard = onnx.inliner.inline_local_functions(onnx.load(path))
    assert {node.domain for node in standard.graph.node} == {""}
    onnx.checker.check_model(standard, full_check=True)
    inlined = onnxruntime.InferenceSession(standard.SerializeToString(), providers=["CPUExecutionProvider"])
    json.dump(
        {
            "logits": together.tolist(),
            "standard": inlined.run(["logits"], batch(sentences, request))[0].tolist(),
            "alone": alone.tolist(),
            "operations": count(model),
            "fused": fused,
            "optimized": count(optimized.model),
            "external": sorted(external),
            "versions": [model.ir_version, {s.domain: s.version for s in model.opset_import}[""]],
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
