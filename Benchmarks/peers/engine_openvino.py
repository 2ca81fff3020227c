"""OpenVINO. Variants are files: fp32, int8, int4; with "-static" the model is compiled for each shape."""

from pathlib import Path

import openvino

from serving import Classifier, serve

INPUTS = ["input_ids", "attention_mask", "token_type_ids"]


def load(options, workloads):
    core = openvino.Core()
    is_static = options.variant.endswith("-static")
    path = Path(options.model) / f"openvino-{options.variant.removesuffix('-static')}.xml"
    settings = {
        "INFERENCE_NUM_THREADS": options.threads,
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
        # Without it, processors with bfloat16 instructions compute in bfloat16.
        "INFERENCE_PRECISION_HINT": "f32",
    }
    requests = {}

    def request(shape):
        key = shape if is_static else None
        if key not in requests:
            model = core.read_model(path)
            if is_static:
                model.reshape({entry.any_name: list(shape) for entry in model.inputs})
            compiled = core.compile_model(model, "CPU", settings)
            requests[key] = (compiled.create_infer_request(), {entry.any_name for entry in compiled.inputs})
        return requests[key]

    def infer(batch):
        runner, wanted = request(batch.ids.shape)
        inputs = zip(INPUTS, (batch.ids, batch.mask, batch.types))
        runner.infer({name: value for name, value in inputs if name in wanted}, share_inputs=True)
        return runner.get_output_tensor(0).data

    if not is_static:
        request(None)
    return Classifier(infer, workloads)


serve("openvino", openvino.__version__.split("-")[0], load)
