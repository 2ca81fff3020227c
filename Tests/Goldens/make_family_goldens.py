"""Reference values for BERT's relatives, from PyTorch and Hugging Face transformers.

    "$(Tests/Peers/install.sh)" Tests/Goldens/make_family_goldens.py

Writes families/: for DistilBERT, ELECTRA and RoBERTa a tiny classifier of random weights and the gradients of its loss,
for XLM-R a configuration alone, and in families.json what the classifiers make of a batch of four sentences. MANIFEST.md
describes each file and states the versions. Arithmetic is Float64 on the stored Float32 weights.
"""

import json
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file

HERE = Path(__file__).resolve().parent / "families"
PINNED = {"torch": "2.13.0", "transformers": "5.23.0"}
SEED = 11
LENGTHS = [2, 9, 24, 5]
LABELS = [2, 0, 1, 0]
NAMES = {0: "negative", 1: "neutral", 2: "positive"}
SIZES = dict(
    vocab_size=40, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24, num_labels=3,
    id2label=NAMES, label2id={name: number for number, name in NAMES.items()},
)
# The longest sentence takes the last position: RoBERTa's first two are never a token's.
CONFIGURATIONS = {
    "distilbert": transformers.DistilBertConfig(
        vocab_size=40, dim=16, n_layers=2, n_heads=2, hidden_dim=24, max_position_embeddings=24, num_labels=3,
        id2label=NAMES, label2id=SIZES["label2id"], architectures=["DistilBertForSequenceClassification"],
    ),
    "electra": transformers.ElectraConfig(
        **SIZES, embedding_size=8, max_position_embeddings=24, architectures=["ElectraForSequenceClassification"]
    ),
    "roberta": transformers.RobertaConfig(
        **SIZES, max_position_embeddings=26, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1,
        architectures=["RobertaForSequenceClassification"],
    ),
    "xlm-roberta": transformers.XLMRobertaConfig(
        **SIZES, max_position_embeddings=26, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1,
        architectures=["XLMRobertaForSequenceClassification"],
    ),
}
# Of the same shapes and meaning, so not stored again.
SAME_WEIGHTS = {"xlm-roberta": "roberta"}


def build(config, weights=None):
    """The model in evaluation mode (dropout off), with eager attention."""
    model = transformers.AutoModelForSequenceClassification.from_config(config, attn_implementation="eager")
    if weights is not None:
        model.load_state_dict(weights)
    return model.double().eval()


def random_weights(model, generator):
    """Larger than initial ones, so that no gradient is tiny and each bias counts."""
    weights = {}
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if name.endswith("bias"):
            weights[name] = 0.1 * noise
        elif parameter.dim() == 1:
            weights[name] = 1 + 0.2 * noise
        else:
            weights[name] = (0.5 if "embeddings." in name else 0.35) * noise
    return weights


def padded(config, rows):
    width = max(map(len, rows))
    batch = {
        "input_ids": torch.tensor([row + [config.pad_token_id] * (width - len(row)) for row in rows]),
        "attention_mask": torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows]),
    }
    if config.model_type == "electra":
        batch["token_type_ids"] = torch.tensor([types(len(row)) + [0] * (width - len(row)) for row in rows])
    return batch


def types(length):
    first = (2 * length + 2) // 3
    return [0] * first + [1] * (length - first)


def layers(model):
    base = model.base_model
    return base.transformer.layer if model.config.model_type == "distilbert" else base.encoder.layer


def main():
    found = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__}
    if found != PINNED:
        raise SystemExit(f"make_family_goldens.py: expected the versions {PINNED}, found {found}")
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    generator = torch.Generator().manual_seed(SEED)
    # No sentence contains the padding of any family (0 or 1), but for one that is looked at by itself.
    rows = [torch.randint(2, 40, (length,), generator=generator).tolist() for length in LENGTHS]
    labels = torch.tensor(LABELS)
    figures = {}
    for family, config in CONFIGURATIONS.items():
        folder = HERE / family
        folder.mkdir(parents=True, exist_ok=True)
        config.save_pretrained(folder)
        stored = HERE / SAME_WEIGHTS.get(family, family) / "model.safetensors"
        if family not in SAME_WEIGHTS:
            weights = random_weights(build(config), generator)
            save_file(weights, stored, metadata={"format": "pt"})
        weights = load_file(stored)
        model = build(config, weights)
        batch = padded(config, rows)
        logits = model(**batch).logits
        loss = torch.nn.functional.cross_entropy(logits, labels)
        loss.backward()
        if family not in SAME_WEIGHTS:
            gradients = {n: p.grad.float().contiguous() for n, p in model.named_parameters()}
            save_file(gradients, folder / "gradients.safetensors", metadata={"format": "pt"})
        with torch.no_grad():
            inside = rows[1][:4] + [config.pad_token_id] + rows[1][4:]
            padding = model(**padded(config, [inside])).logits
            shorter = build(config, weights)
            del layers(shorter)[0]
            ablated = shorter(**batch).logits
        figures[family] = {
            "logits": logits.tolist(), "loss": loss.item(), "ablated_logits": ablated.tolist(),
            "padding_inside": {"ids": inside, "types": types(len(inside)), "logits": padding.tolist()},
        }
    sentences = [{"ids": row, "types": types(len(row))} for row in rows]
    document = {"sentences": sentences, "labels": LABELS, "families": figures}
    (HERE / "families.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
