"""Loads model directories as users of transformers do, and classifies sentences with them.

Standard input: {"model": path, "dtype": a name of PyTorch's; that of the directory where it is missing, "sentences": [text, ...],
"max_length": in tokens, what is longer is cut; none where it is missing}.
Standard output: {"logits": [[...], ...], "labels": [label of each sentence], "ids": [[...], ...],
"quantized": how many modules transformers runs quantised, "class": of the model}.

A tensor that is missing, left over or of another shape ends in an error.
"""

import json
import sys

import torch
import transformers


def main():
    request = json.load(sys.stdin)
    torch.set_num_threads(1)
    tokenizer = transformers.AutoTokenizer.from_pretrained(request["model"])
    model, found = transformers.AutoModelForSequenceClassification.from_pretrained(
        request["model"], dtype=request.get("dtype") or "auto", output_loading_info=True
    )
    wrong = {kind: sorted(map(str, names)) for kind, names in found.items() if names}
    if wrong:
        raise SystemExit(f"{request['model']}: {wrong}")
    model.eval()
    logits, ids = [], []
    limit = request.get("max_length")
    with torch.no_grad():
        for sentence in request["sentences"]:
            encoded = tokenizer(
                sentence, return_tensors="pt", truncation=limit is not None, max_length=limit
            )
            ids.append(encoded["input_ids"][0].tolist())
            logits.append(model(**encoded).logits[0].float().tolist())
    labels = [model.config.id2label[max(range(len(row)), key=row.__getitem__)] for row in logits]
    quantized = sum(getattr(module, "quantization_scheme", None) is not None for module in model.modules())
    json.dump(
        {"logits": logits, "labels": labels, "ids": ids, "quantized": quantized, "class": type(model).__name__}, sys.stdout
    )


if __name__ == "__main__":
    main()
