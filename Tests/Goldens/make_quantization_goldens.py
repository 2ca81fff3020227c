"""Reference values for fake quantisation, from PyTorch and Hugging Face transformers.

    python3 Tests/Goldens/make_quantization_goldens.py

Writes, beside this file, quantization.json and quantization_gradients.safetensors; MANIFEST.md describes them. Operations
are PyTorch's own `fake_quantize_per_channel_affine` and `fake_quantize_per_tensor_affine` in Float32, so that results can
be compared bit for bit. The model is tiny-bert/ with the weights and inputs of its linear layers, and its tables, rounded;
activations are in Float64. Its sentences are drawn again until no activation lies within MARGIN of the border between two
steps, so that arithmetic in Float32 rounds all of them alike.
"""

import json

import torch
from safetensors.torch import load_file, save_file

from make_goldens import HERE, build, check_versions, configuration

SEED, MARGIN, LENGTH, LABELS, GROUP, CLIPPED = 7, 2e-4, 4, [2, 0], 8, 0.8
KEPT = [
    "bert.embeddings.position_embeddings.weight",
    "bert.encoder.layer.0.attention.self.query.weight",
    "bert.encoder.layer.0.attention.self.query.bias",
    "bert.encoder.layer.1.intermediate.dense.weight",
    "bert.encoder.layer.2.output.dense.weight",
    "bert.pooler.dense.weight",
    "classifier.weight",
]


def row_scales(x):
    largest = x.abs().amax(-1)
    return torch.where(largest == 0, torch.ones_like(largest), largest / 127)


def short(x):
    """Seven significant bits, in multiples of 2^-24; at least that."""
    mantissa, exponent = torch.frexp(x)
    seven = torch.ldexp((mantissa * 2**7).round(), exponent - 7)
    multiple = torch.ldexp(torch.ldexp(x, torch.tensor(24)).round(), torch.tensor(-24))
    return torch.where(exponent < -16, multiple, seven).clamp(min=2.0**-24)


def group_scales(rows, size):
    """Of each group a whole multiple, 1 to 15, of its row's step."""
    step = short(rows.abs().amax(-1, keepdim=True) / 120)
    largest = rows.reshape(len(rows), -1, size).abs().amax(-1)
    return ((largest / (8 * step)).round().clamp(1, 15) * step).flatten()


def per_channel(x, scales, lowest, highest):
    zeros = torch.zeros(len(scales), dtype=torch.int32)
    return torch.fake_quantize_per_channel_affine(x, scales, zeros, 0, lowest, highest)


def round_rows(x):
    return per_channel(x, row_scales(x.detach()), -127, 127)


class Groups(torch.autograd.Function):
    """Four bits in progressive groups. Steps follow the values, so what they clip has its gradient too."""

    @staticmethod
    def forward(ctx, x, size):
        return per_channel(x.reshape(-1, size), group_scales(x, size), -8, 7).reshape(x.shape)

    @staticmethod
    def backward(ctx, dy):
        return dy, None


def round_groups(x, size):
    return Groups.apply(x, size)


def shortest(x):
    """The numbers of a Float32 tensor in as few digits as tell them apart."""
    numbers = []
    for value in x.detach().flatten().double().tolist():
        texts = (float(f"{value:.{digits}g}") for digits in range(1, 10))
        numbers.append(next(text for text in texts if torch.tensor(text, dtype=torch.float32).item() == value))
    return numbers


def operations(generator):
    """Each at a normal matrix with rows of unlike size; one row is of zeros, as is one group."""
    out = {}
    for name, shape, function in [
        ("rows", (5, 11), round_rows),
        ("groups", (4, 4 * GROUP), lambda x: round_groups(x, GROUP)),
        ("step", (3, 40), lambda x: torch.fake_quantize_per_tensor_affine(x, 0.0123, 0, -128, 127)),
    ]:
        x = torch.randn(shape, generator=generator) * torch.logspace(-2, 0.5, shape[0]).reshape(-1, 1)
        if name != "step":
            x[1] = 0
        x[0, :GROUP] = 0
        x.requires_grad_(True)
        upstream = torch.randint(1, 10, shape, generator=generator).float()
        y = function(x)
        y.backward(upstream)
        out[name] = {
            "shape": list(shape), "x": shortest(x), "y": shortest(y), "dy": shortest(upstream), "dx": shortest(x.grad),
        }
    out["groups"]["group"], out["step"]["step"] = GROUP, 0.0123
    return out


class Straight(torch.autograd.Function):
    """round(x / s) s clipped to s8, with the identity as its gradient, but where it was clipped."""

    margin = 1.0

    @staticmethod
    def forward(ctx, x, scale):
        quotient = x / scale
        distance = (quotient - quotient.floor() - 0.5).abs().min().item()
        Straight.margin = min(Straight.margin, distance)
        whole = quotient.round()
        ctx.save_for_backward((whole >= -128) & (whole <= 127))
        return whole.clamp(-128, 127) * scale

    @staticmethod
    def backward(ctx, dy):
        return dy * ctx.saved_tensors[0], None


def input_name(name):
    """The three projections share their input."""
    return name.rsplit(".", 1)[0] if ".self." in name else name


def rounded_model(config, weights, round_weight, ranges):
    """tiny-bert whose linear layers and tables round; `ranges` are of static activations, by the layer's name."""
    model = build(config, weights)
    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Embedding):
            module.forward = lambda ids, m=module: torch.nn.functional.embedding(ids, round_rows(m.weight.float()).double())
        if isinstance(module, torch.nn.Linear) and name != "classifier":

            def forward(x, m=module, key=input_name(name)):
                scale = x.detach().abs().amax(-1, keepdim=True) / 127 if ranges is None else ranges[key] / 127
                return torch.nn.functional.linear(
                    Straight.apply(x, scale), round_weight(m.weight.float()).double(), m.bias
                )

            module.forward = forward
    return model


def largest_inputs(config, weights, ids):
    found = {}
    model = build(config, weights)
    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Linear) and name != "classifier":
            module.register_forward_pre_hook(
                lambda m, args, key=input_name(name): found.__setitem__(key, args[0].abs().max().item())
            )
    model(input_ids=ids)
    return found


def models(generator):
    config, weights = configuration(), load_file(HERE / "tiny-bert" / "model.safetensors")
    labels = torch.tensor(LABELS)
    out, gradients = {}, {}
    while True:
        ids = torch.randint(1, config.vocab_size, (len(LABELS), LENGTH), generator=generator)
        ranges = {name: CLIPPED * value for name, value in largest_inputs(config, weights, ids).items()}
        Straight.margin = 1.0
        for name, round_weight, given in [
            ("int8_tokens", round_rows, None),
            ("int8_static", round_rows, ranges),
            ("int4_tokens", lambda w: round_groups(w, GROUP), None),
        ]:
            model = rounded_model(config, weights, round_weight, given)
            logits = model(input_ids=ids).logits
            loss = torch.nn.functional.cross_entropy(logits, labels)
            loss.backward()
            out[name] = {"logits": logits.tolist(), "loss": loss.item()}
            parameters = dict(model.named_parameters())
            for kept in KEPT:
                gradients[f"{name}/{kept}"] = parameters[kept].grad.float()
        if Straight.margin >= MARGIN:
            break
    plain = build(config, weights)(input_ids=ids).logits
    out |= {"ids": ids.tolist(), "labels": LABELS, "group": GROUP, "ranges": ranges, "plain_logits": plain.tolist()}
    print(f"margin {Straight.margin:.1e}")
    return out, gradients


def main():
    check_versions()
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(SEED)
    result = {"operations": operations(generator)}
    result["model"], gradients = models(generator)
    (HERE / "quantization.json").write_text(json.dumps(result) + "\n", encoding="utf-8")
    save_file(gradients, HERE / "quantization_gradients.safetensors", metadata={"format": "pt"})
    for name in ["int8_tokens", "int8_static", "int4_tokens"]:
        difference = torch.tensor(result["model"][name]["logits"]) - torch.tensor(result["model"]["plain_logits"])
        print(f"{name}: differs from the plain logits by {difference.abs().max():.2g}")


if __name__ == "__main__":
    main()
