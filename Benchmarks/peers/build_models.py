#!/usr/bin/env python3
"""Writes the files that each engine wants, from a Hugging Face directory of a BERT classifier.

    build_models.py MODEL OUTPUT [--variants fp32,int8,int4] [--engines onnxruntime,openvino,torch,ctranslate2]

fp32   onnxruntime-fp32.onnx, onnxruntime-fused.onnx, openvino-fp32.xml, ctranslate2-fp32/, config and weights for torch
int8   onnxruntime-int8.onnx (dynamic, 7-bit weights, which cannot overflow without VNNI), openvino-int8.xml (NNCF),
       ctranslate2-int8/
int4   openvino-int4.xml (weights in groups of 128)

A step whose files are there already is not repeated, unless it was interrupted.
"""

import argparse
import json
import shutil
from pathlib import Path

import numpy

import workloads as sentences

CALIBRATION = 48
ENGINES = ["onnxruntime", "openvino", "torch", "ctranslate2"]


class Builder:
    def __init__(self, model, output):
        self.model, self.output = Path(model), Path(output)
        self.output.mkdir(parents=True, exist_ok=True)
        self.config = json.loads((self.model / "config.json").read_text())
        family = self.config.get("model_type", "bert")
        if family != "bert":
            raise SystemExit(f"build_models.py: {model}: expected a model of BERT, found one of {family}")
        self.config.setdefault("id2label", {"0": "LABEL_0", "1": "LABEL_1"})
        self.config.setdefault("type_vocab_size", 2)
        self.config.setdefault("layer_norm_eps", 1e-12)
        for key in ("hidden_dropout_prob", "attention_probs_dropout_prob"):
            self.config.setdefault(key, 0.1)

    def path(self, name):
        return self.output / name

    def step(self, name, make):
        path, unfinished = self.path(name), self.path(name + ".unfinished")
        if path.exists() and not unfinished.exists():
            return
        print(f"{self.output.name}: {name}", flush=True)
        unfinished.touch()
        make(path)
        unfinished.unlink()

    def build(self, variants, engines=ENGINES):
        self.step("config.json", lambda path: path.write_text(json.dumps(self.config)))
        self.step("model.safetensors", lambda path: shutil.copyfile(self.model / "model.safetensors", path))
        if "onnxruntime" in engines or "openvino" in engines:
            self.step("onnxruntime-fp32.onnx", self.onnx)
        if "onnxruntime" in engines:
            if "fp32" in variants:
                self.step("onnxruntime-fused.onnx", self.fused)
            if "int8" in variants:
                self.step("onnxruntime-int8.onnx", self.onnx_int8)
        if "openvino" in engines:
            self.step("openvino-fp32.xml", self.openvino)
            if "int8" in variants:
                self.step("openvino-int8.xml", self.openvino_int8)
            if "int4" in variants:
                self.step("openvino-int4.xml", self.openvino_int4)
        if "ctranslate2" in engines:
            self.step("head.npz", self.head)
            if "fp32" in variants:
                self.step("ctranslate2-fp32", lambda path: self.ctranslate2(path, None))
            if "int8" in variants:
                self.step("ctranslate2-int8", lambda path: self.ctranslate2(path, "int8"))

    def head(self, path):
        from safetensors.numpy import load_file

        tensors = load_file(self.model / "model.safetensors")
        numpy.savez(path, weight=tensors["classifier.weight"], bias=tensors["classifier.bias"])

    def onnx(self, path):
        import torch

        import bert_module

        names = ["input_ids", "attention_mask", "token_type_ids"]
        ids = torch.randint(1000, self.config["vocab_size"], (2, 16))
        torch.onnx.export(
            # Attention in single operations: the pattern that the optimizer of ONNX Runtime fuses.
            bert_module.load(self.output, uses_sdpa=False).eval(),
            (ids, torch.ones_like(ids), torch.zeros_like(ids)), path, dynamo=False, opset_version=17, input_names=names,
            output_names=["logits"],
            dynamic_axes={name: {0: "batch", 1: "tokens"} for name in names} | {"logits": {0: "batch"}})

    def fused(self, path):
        from onnxruntime.transformers import optimizer
        from onnxruntime.transformers.fusion_options import FusionOptions

        fused = optimizer.optimize_model(
            str(self.path("onnxruntime-fp32.onnx")), model_type="bert", num_heads=self.config["num_attention_heads"],
            hidden_size=self.config["hidden_size"], opt_level=0, optimization_options=FusionOptions("bert"))
        counts = fused.get_fused_operator_statistics()
        layers = self.config["num_hidden_layers"]
        # A pattern that was not found would make a slow peer, and an unfair comparison.
        if counts.get("Attention") != layers or counts.get("SkipLayerNormalization", 0) < 2 * layers:
            raise SystemExit(f"expected {layers} fused attentions and twice as many norms, found {counts}")
        fused.save_model_to_file(str(path))

    def onnx_int8(self, path):
        from onnxruntime.quantization import QuantType, quantize_dynamic

        quantize_dynamic(
            self.path("onnxruntime-fp32.onnx"), path, weight_type=QuantType.QInt8, reduce_range=True,
            op_types_to_quantize=["MatMul", "Gemm"], extra_options={"MatMulConstBOnly": True, "DefaultTensorType": 1})

    def openvino(self, path):
        import openvino

        model = openvino.convert_model(self.path("onnxruntime-fp32.onnx"))
        openvino.save_model(model, path, compress_to_fp16=False)

    def openvino_int8(self, path):
        import nncf
        import openvino

        load = sentences.ragged(sentences.ragged_lengths(CALIBRATION))
        examples = []
        for ids in load["sentences"]:
            row = numpy.array([ids], numpy.int64)
            examples.append(
                {"input_ids": row, "attention_mask": numpy.ones_like(row), "token_type_ids": numpy.zeros_like(row)})
        model = nncf.quantize(
            openvino.Core().read_model(self.path("openvino-fp32.xml")), nncf.Dataset(examples),
            model_type=nncf.ModelType.TRANSFORMER, subset_size=CALIBRATION)
        openvino.save_model(model, path, compress_to_fp16=False)

    def openvino_int4(self, path):
        import nncf
        import openvino

        model = nncf.compress_weights(
            openvino.Core().read_model(self.path("openvino-fp32.xml")), mode=nncf.CompressWeightsMode.INT4_SYM,
            group_size=128, ratio=1.0)
        openvino.save_model(model, path, compress_to_fp16=False)

    def ctranslate2(self, path, quantization):
        import transformers
        from ctranslate2.converters.transformers import BertLoader

        encoder = transformers.BertModel.from_pretrained(self.model)
        encoder.config.position_embedding_type = "absolute"  # which the loader asks for, and newer files no longer say
        spec = BertLoader().get_model_spec(encoder)
        spec.register_vocabulary(["[UNK]"] + [f"token{i}" for i in range(1, self.config["vocab_size"])])
        spec.config.unk_token = "[UNK]"
        spec.config.layer_norm_epsilon = self.config["layer_norm_eps"]
        spec.validate()
        spec.optimize(quantization=quantization)
        partial = path.with_name(path.name + ".partial")
        for old in (partial, path):
            shutil.rmtree(old, ignore_errors=True)
        partial.mkdir()
        spec.save(str(partial))
        partial.rename(path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("output")
    parser.add_argument("--variants", default="fp32", help="comma separated: fp32, int8, int4")
    parser.add_argument("--engines", default=",".join(ENGINES), help="comma separated")
    options = parser.parse_args()
    Builder(options.model, options.output).build(options.variants.split(","), options.engines.split(","))
