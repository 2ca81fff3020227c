"""Who takes part, how it is started, and how it is kept to AVX2."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent

# An engine's own switch for AVX2 without AVX-512. Those of oneDNN are read by PyTorch, OpenVINO and CTranslate2;
# OpenVINO's release builds may not read OV_CPU_MAX_ISA, and then only its oneDNN part is held back. MKL's holds for Intel.
AVX2_SWITCHES = {
    "ESPALIER_ISA": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "OV_CPU_MAX_ISA": "AVX2",
    "CT2_FORCE_CPU_ISA": "AVX2",
    "ATEN_CPU_CAPABILITY": "avx2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
}
# Engines without a switch of their own.
WITHOUT_SWITCH = {"onnxruntime"}
# Engines of which a part keeps using what the processor has.
PARTLY_SWITCHED = {"openvino"}


@dataclass
class Contestant:
    name: str
    engine: str
    variant: str = "fp32"
    environment: dict = field(default_factory=dict)
    # Whether its logits must be ours within 1e-4; otherwise they are compared, and it is no FP32 peer.
    is_exact: bool = True
    # "batch", "dataset": the kinds of workload that it takes.
    kinds: tuple = ("batch", "dataset")
    is_training: bool = False

    @property
    def is_ours(self):
        return self.engine == "espalier"

    @property
    def precision(self):
        """Of weights and products: what it may be compared with."""
        return self.variant if self.variant in ("f16", "int8", "int8-reduced", "int4") else "fp32"

    def command(self, setup, threads):
        if self.is_ours:
            subject = "training" if self.is_training else "encoder"
            model = str(setup.source) + ("" if self.precision == "fp32" else f"-{self.precision}")
            return [setup.executable, "serve", subject, model, "--workloads", setup.workloads, "--threads", str(threads)]
        script = f"engine_{self.engine}{'_training' if self.is_training else ''}.py"
        return [
            sys.executable, str(HERE / script), str(setup.built), "--variant", self.variant, "--threads", str(threads),
            "--workloads", setup.workloads,
        ]

    def process_environment(self, threads, isa, mask_library):
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("CT2_", "ONEDNN_", "MKL_"))}
        environment |= {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads), "HF_HUB_OFFLINE": "1"}
        environment |= self.environment
        environment.pop("ESPALIER_ISA", None)
        if isa == "avx2":
            environment |= AVX2_SWITCHES
            if mask_library:
                environment |= {"LD_PRELOAD": str(mask_library)}
        return environment

    def remark(self, isa, is_masked):
        """What keeps this from being a fair AVX2 contestant; None where nothing does."""
        if isa != "avx2" or is_masked:
            return None
        if self.engine in WITHOUT_SWITCH:
            return "has no switch for AVX-512 and used it"
        if self.engine in PARTLY_SWITCHED:
            return "its oneDNN part was held to AVX2, its own kernels may not have been"
        return None


# The first is the reference of all answers.
OURS = {
    "fp32": [Contestant("espalier", "espalier"), Contestant("espalier f16", "espalier", "f16", is_exact=False)],
    "int8": [
        Contestant("espalier int8", "espalier", "int8", is_exact=False),
        # Weights within 64, as ONNX Runtime's are.
        Contestant("espalier int8-reduced", "espalier", "int8-reduced", is_exact=False),
    ],
    "int4": [Contestant("espalier int4", "espalier", "int4", is_exact=False)],
}
FP32 = [
    Contestant("onnxruntime", "onnxruntime"),
    Contestant("onnxruntime fused", "onnxruntime", "fused"),
    Contestant("openvino", "openvino"),
    # Compiled for one shape, so that a data set of many shapes is not for it.
    Contestant("openvino static", "openvino", "fp32-static", kinds=("batch",)),
    Contestant("ctranslate2 mkl", "ctranslate2", environment={"CT2_USE_MKL": "1"}),
    Contestant("ctranslate2 onednn", "ctranslate2", environment={"CT2_USE_MKL": "0"}),
    Contestant("torch", "torch"),
]
INT8 = [
    Contestant("onnxruntime int8", "onnxruntime", "int8", is_exact=False),
    Contestant("openvino int8", "openvino", "int8", is_exact=False),
    Contestant("ctranslate2 int8", "ctranslate2", "int8", is_exact=False),
    Contestant("torch int8", "torch", "int8", is_exact=False),
]
INT4 = [Contestant("openvino int4", "openvino", "int4", is_exact=False)]
BY_VARIANT = {"fp32": FP32, "int8": INT8, "int4": INT4}
TRAINING = [
    Contestant("espalier", "espalier", is_training=True, kinds=("batch",)),
    Contestant("torch", "torch", is_training=True, kinds=("batch",)),
]
