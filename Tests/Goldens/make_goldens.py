"""Reference values for the whole model, from PyTorch and Hugging Face transformers.

    python3 Tests/Goldens/make_goldens.py

Writes, beside this file, a tiny BERT in the Hugging Face directory form (tiny-bert/), two variants that differ in the
activation alone (their config.json only; the weights are tiny-bert's), and what `BertForSequenceClassification` makes
of a batch of five sentences. MANIFEST.md describes each file and states the versions.

All arithmetic is Float64 on the Float32 weights of tiny-bert/model.safetensors; tensors are stored rounded to Float32,
so that the stored values are exact to the last bit or two and a test's tolerance covers the tested code alone. The same
quantities in PyTorch's own Float32 are compared, and the largest differences go into MANIFEST.md as a scale for it.
"""

import copy
import json
import platform
from pathlib import Path

import safetensors
import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertForSequenceClassification, get_linear_schedule_with_warmup

HERE = Path(__file__).resolve().parent
PINNED = {"torch": "2.13.0", "transformers": "4.57.1", "safetensors": "0.8.0"}
SEED = 42
LENGTHS = [2, 7, 13, 32, 5]
LABELS = [2, 0, 1, 2, 0]
LABEL_SMOOTHING = 0.1
TEMPERATURE = 2.0
STEPS, WARMUP, RATE, BETAS, EPSILON, DECAY, CLIP = 10, 2, 1e-3, (0.9, 0.999), 1e-8, 0.01, 1.0


def check_versions():
    found = {
        "torch": torch.__version__.split("+")[0],
        "transformers": transformers.__version__,
        "safetensors": safetensors.__version__,
    }
    if found != PINNED:
        raise SystemExit(f"make_goldens.py: expected the versions {PINNED}, found {found}")


def configuration(activation="gelu"):
    return BertConfig(
        architectures=["BertForSequenceClassification"],
        vocab_size=97,
        hidden_size=24,
        num_hidden_layers=3,
        num_attention_heads=4,
        intermediate_size=40,
        hidden_act=activation,
        max_position_embeddings=32,
        type_vocab_size=2,
        layer_norm_eps=1e-12,
        id2label={0: "negative", 1: "neutral", 2: "positive"},
        label2id={"negative": 0, "neutral": 1, "positive": 2},
    )


def build(config, weights=None, dtype=torch.float64):
    """The model in evaluation mode (dropout off), with eager attention."""
    model = BertForSequenceClassification._from_config(config, attn_implementation="eager")
    if weights is not None:
        missing, unexpected = model.load_state_dict(weights, strict=False)
        assert not missing and not unexpected, (missing, unexpected)
    return model.to(dtype).eval()


def random_weights(model, generator):
    """Values much larger than BERT's initial ones (0.02), so that no gradient is tiny and each bias counts."""
    weights = {}
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if name.endswith("LayerNorm.weight"):
            weights[name] = 1 + 0.2 * noise
        elif name.endswith("bias"):
            weights[name] = 0.1 * noise
        elif "embeddings" in name:
            weights[name] = 0.5 * noise
        else:
            weights[name] = 0.3 * noise
    return weights


def sentences(config, generator):
    """Ragged sentences of ids 1... (no padding id inside), the first part of type 0, the second of type 1."""
    rows = []
    for length in LENGTHS:
        ids = torch.randint(1, config.vocab_size, (length,), generator=generator).tolist()
        first = (2 * length + 2) // 3
        rows.append({"ids": ids, "types": [0] * first + [1] * (length - first)})
    return rows


def padded(rows):
    width = max(len(row["ids"]) for row in rows)
    fill = lambda values: values + [0] * (width - len(values))
    return {
        "input_ids": torch.tensor([fill(row["ids"]) for row in rows]),
        "token_type_ids": torch.tensor([fill(row["types"]) for row in rows]),
        "attention_mask": torch.tensor([fill([1] * len(row["ids"])) for row in rows]),
    }


def compute(config, weights, batch, longest, labels, teacher, dtype):
    """Every golden quantity, as tensors of `dtype`."""
    out = {}
    model = build(config, weights, dtype)
    result = model(**batch)
    logits = result.logits
    loss = torch.nn.functional.cross_entropy(logits, labels)
    loss.backward()
    out["logits"] = logits.detach()
    out["loss"] = loss.detach()
    out["smoothed_loss"] = torch.nn.functional.cross_entropy(logits.detach(), labels, label_smoothing=LABEL_SMOOTHING)
    out["gradients"] = {name: p.grad.clone() for name, p in model.named_parameters()}
    out["smoothed_gradients"] = smoothed_gradients(config, weights, batch, labels, dtype)

    with torch.no_grad():
        inner = model.bert(**longest, output_hidden_states=True)
        out["hidden_states"] = {f"hidden_states.{i}": h[0] for i, h in enumerate(inner.hidden_states)}
        out["pooled"] = inner.pooler_output[0]

    student = logits.detach().clone().requires_grad_(True)
    distance = torch.nn.functional.kl_div(
        torch.log_softmax(student / TEMPERATURE, -1),
        torch.log_softmax(teacher.to(dtype) / TEMPERATURE, -1),
        log_target=True,
        reduction="batchmean",
    )
    distillation = TEMPERATURE**2 * distance
    distillation.backward()
    out["distillation_loss"] = distillation.detach()
    out["distillation_gradient"] = student.grad

    out["ablated"] = []
    for layer in range(config.num_hidden_layers):
        shorter = build(config, weights, dtype)
        del shorter.bert.encoder.layer[layer]
        with torch.no_grad():
            out["ablated"].append(shorter(**batch).logits)

    for activation in ["gelu_new", "relu"]:
        with torch.no_grad():
            out[activation] = build(configuration(activation), weights, dtype)(**batch).logits

    halved = {name: value.half().float() for name, value in weights.items()}
    with torch.no_grad():
        out["half"] = build(config, halved, dtype)(**batch).logits
    out["training"] = train(config, weights, batch, labels, dtype)
    return out


def smoothed_gradients(config, weights, batch, labels, dtype):
    """The gradients of the classifier alone: the rest follows from them as in `gradients`."""
    model = build(config, weights, dtype)
    torch.nn.functional.cross_entropy(model(**batch).logits, labels, label_smoothing=LABEL_SMOOTHING).backward()
    return {name: p.grad.clone() for name, p in model.classifier.named_parameters(prefix="classifier")}


def train(config, weights, batch, labels, dtype):
    """STEPS steps of AdamW on the one batch, dropout off; loss and norm are those before the step."""
    model = build(config, weights, dtype)
    plain = [p for n, p in model.named_parameters() if n.endswith("bias") or "LayerNorm" in n]
    decayed = [p for n, p in model.named_parameters() if not (n.endswith("bias") or "LayerNorm" in n)]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": DECAY}, {"params": plain, "weight_decay": 0.0}],
        lr=RATE, betas=BETAS, eps=EPSILON,
    )
    schedule = get_linear_schedule_with_warmup(optimizer, WARMUP, STEPS)
    losses, norms, rates = [], [], []
    for _ in range(STEPS):
        loss = torch.nn.functional.cross_entropy(model(**batch).logits, labels)
        optimizer.zero_grad()
        loss.backward()
        norms.append(float(torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)))
        losses.append(float(loss.detach()))
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        last = model(**batch).logits
    final = {name: p.detach().clone() for name, p in model.named_parameters()}
    return {"losses": losses, "norms": norms, "rates": rates, "logits": last, "final": final}


def single(tensors):
    return {name: value.to(torch.float32).contiguous() for name, value in tensors.items()}


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def write_configuration(folder, config):
    folder.mkdir(parents=True, exist_ok=True)
    config.save_pretrained(folder)


def write_dtypes(folder):
    """One small tensor of each dtype that we read, as the Python library writes it; the values stand in dtypes.json."""
    folder.mkdir(parents=True, exist_ok=True)
    values = [0.0, -0.0, 1.0, -2.5, 0.333251953125, 65504.0, 6.103515625e-05, 5.9604644775390625e-08]
    whole = [0, 1, -1, 127, -128, 5]
    tensors = {
        "single": torch.tensor(values, dtype=torch.float32).reshape(2, 4),
        "half": torch.tensor(values, dtype=torch.float16).reshape(4, 2),
        "brain": torch.tensor(values, dtype=torch.bfloat16).reshape(8),
        "int8": torch.tensor(whole, dtype=torch.int8).reshape(3, 2),
        "uint8": torch.tensor([0, 1, 255], dtype=torch.uint8),
        "int32": torch.tensor([-(2**31), 2**31 - 1], dtype=torch.int32),
        "int64": torch.tensor([-(2**63), 2**63 - 1], dtype=torch.int64),
        "scalar": torch.tensor(1.5, dtype=torch.float32),
        "empty": torch.zeros((0, 3), dtype=torch.float32),
    }
    save_file(tensors, folder / "dtypes.safetensors", metadata={"format": "pt", "note": "caf\u00e9 \u2713"})
    floating = ["single", "half", "brain", "scalar"]
    write_json(
        folder / "dtypes.json",
        {name: {"shape": list(t.shape), "values": t.double().reshape(-1).tolist() if name in floating else t.reshape(-1).tolist()}
         for name, t in tensors.items()},
    )


def largest_difference(a, b):
    return max((x.double() - y.double()).abs().max().item() for x, y in zip(a, b))


def main():
    check_versions()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    generator = torch.Generator().manual_seed(SEED)
    config = configuration()
    weights = random_weights(build(config), generator)
    rows = sentences(config, generator)
    teacher = 2 * torch.randn((len(rows), config.num_labels), generator=generator)
    labels = torch.tensor(LABELS)
    batch, longest = padded(rows), padded([max(rows, key=lambda row: len(row["ids"]))])

    model_folder = HERE / "tiny-bert"
    write_configuration(model_folder, config)
    save_file(weights, model_folder / "model.safetensors", metadata={"format": "pt"})
    weights = load_file(model_folder / "model.safetensors")
    for activation in ["gelu_new", "relu"]:
        write_configuration(HERE / f"tiny-bert-{activation}", configuration(activation))

    exact = compute(config, weights, batch, longest, labels, teacher, torch.float64)
    rough = compute(config, weights, batch, longest, labels, teacher, torch.float32)

    training = exact["training"]
    write_json(HERE / "batch.json", {"sentences": rows, "labels": LABELS})
    write_json(
        HERE / "expected.json",
        {
            "logits": exact["logits"].tolist(),
            "loss": exact["loss"].item(),
            "label_smoothing": LABEL_SMOOTHING,
            "smoothed_loss": exact["smoothed_loss"].item(),
            "longest_sentence": LENGTHS.index(max(LENGTHS)),
            "pooled": exact["pooled"].tolist(),
            "distillation": {
                "temperature": TEMPERATURE,
                "teacher_logits": teacher.double().tolist(),
                "loss": exact["distillation_loss"].item(),
                "d_logits": exact["distillation_gradient"].tolist(),
            },
            "ablated_logits": [value.tolist() for value in exact["ablated"]],
            "gelu_new_logits": exact["gelu_new"].tolist(),
            "relu_logits": exact["relu"].tolist(),
            "half_weights_logits": exact["half"].tolist(),
            "training": {
                "steps": STEPS, "warmup_steps": WARMUP, "learning_rate": RATE, "beta1": BETAS[0], "beta2": BETAS[1],
                "epsilon": EPSILON, "weight_decay": DECAY, "clip_norm": CLIP,
                "learning_rates": training["rates"], "losses": training["losses"], "gradient_norms": training["norms"],
                "final_logits": training["logits"].tolist(),
            },
        },
    )
    save_file(single(exact["hidden_states"]), HERE / "hidden_states.safetensors", metadata={"format": "pt"})
    save_file(single(exact["gradients"]), HERE / "gradients.safetensors", metadata={"format": "pt"})
    save_file(single(exact["smoothed_gradients"]), HERE / "smoothed_gradients.safetensors", metadata={"format": "pt"})
    save_file(single(training["final"]), HERE / "trained.safetensors", metadata={"format": "pt"})
    write_dtypes(HERE / "dtypes")

    is_key_bias = lambda name: name.endswith("key.bias")
    pick = lambda source, keep: [value for name, value in source.items() if keep(name)]
    f64 = lambda values: torch.tensor(values, dtype=torch.float64)
    comparisons = {
        "logits": ([exact["logits"]], [rough["logits"]]),
        "loss": ([exact["loss"]], [rough["loss"]]),
        "hidden states": (list(exact["hidden_states"].values()), list(rough["hidden_states"].values())),
        "gradients": (list(exact["gradients"].values()), list(rough["gradients"].values())),
        "d logits of distillation": ([exact["distillation_gradient"]], [rough["distillation_gradient"]]),
        "training losses": ([f64(training["losses"])], [f64(rough["training"]["losses"])]),
        "training gradient norms": ([f64(training["norms"])], [f64(rough["training"]["norms"])]),
        "trained weights, key biases left out": (
            pick(training["final"], lambda n: not is_key_bias(n)),
            pick(rough["training"]["final"], lambda n: not is_key_bias(n)),
        ),
        "trained weights, key biases only": (
            pick(training["final"], is_key_bias), pick(rough["training"]["final"], is_key_bias),
        ),
    }
    for name, (a, b) in comparisons.items():
        scale = max(value.abs().max().item() for value in a)
        print(f"| {name} | {scale:.3g} | {largest_difference(a, b):.1e} |")
    print(f"Python {platform.python_version()}; parameters {sum(v.numel() for v in weights.values())}")


if __name__ == "__main__":
    main()
