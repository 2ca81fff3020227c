"""Reference values of metrics, by scipy and scikit-learn, and of the losses of numbers and of sets of classes, by PyTorch.

Writes metrics.json and losses.json beside this file. Versions are in MANIFEST.md.
"""
import json
import pathlib

import numpy as np
import scipy.stats
import sklearn.metrics
import torch

here = pathlib.Path(__file__).parent
random = np.random.default_rng(11)


def classes(count, rows, right):
    actual = random.integers(0, count, rows)
    predicted = np.where(random.random(rows) < right, actual, random.integers(0, count, rows))
    found = {
        "actual": actual.tolist(), "predicted": predicted.tolist(), "count": count,
        "accuracy": sklearn.metrics.accuracy_score(actual, predicted),
        "f1_macro": sklearn.metrics.f1_score(actual, predicted, average="macro", labels=range(count), zero_division=0),
        "matthews_correlation": sklearn.metrics.matthews_corrcoef(actual, predicted),
    }
    if count == 2:
        found["f1"] = sklearn.metrics.f1_score(actual, predicted)
    return found


def numbers(rows, noise, rounding):
    actual = np.round(random.uniform(0, 5, rows), rounding)
    predicted = np.round(actual + noise * random.normal(size=rows), rounding)
    return {
        "actual": actual.tolist(), "predicted": predicted.tolist(),
        "pearson": scipy.stats.pearsonr(actual, predicted).statistic,
        "spearman": scipy.stats.spearmanr(actual, predicted).statistic,
    }


def sets(rows, count):
    actual = random.random((rows, count)) < 0.3
    predicted = actual ^ (random.random((rows, count)) < 0.2)
    return {
        "actual": actual.flatten().tolist(), "predicted": predicted.flatten().tolist(), "count": count,
        "accuracy": sklearn.metrics.accuracy_score(actual, predicted),
        "f1_macro": sklearn.metrics.f1_score(actual, predicted, average="macro", zero_division=0),
        "f1_micro": sklearn.metrics.f1_score(actual, predicted, average="micro", zero_division=0),
    }


def loss(rows, columns):
    x = torch.tensor(random.normal(size=(rows, columns)).astype(np.float32) * 2, dtype=torch.float64, requires_grad=True)
    numbers = torch.tensor(random.normal(size=(rows, columns)).astype(np.float32) * 2, dtype=torch.float64)
    yes = (numbers > 0).to(torch.float64)
    temperature = 2.0
    teacher = torch.sigmoid(numbers / temperature)
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    losses = {
        "mean_squared_error": torch.nn.functional.mse_loss(x, numbers),
        "binary_cross_entropy": bce(x, yes),
        "binary_distillation": temperature**2
        * (bce(x / temperature, teacher) - bce(numbers / temperature, teacher)),
    }
    found = {
        "shape": [rows, columns], "outputs": x.detach().flatten().tolist(), "numbers": numbers.flatten().tolist(),
        "temperature": temperature, "losses": {},
    }
    for name, value in losses.items():
        (gradient,) = torch.autograd.grad(value, x)
        found["losses"][name] = {"value": value.item(), "gradient": gradient.flatten().tolist()}
    return found


def write(name, value):
    (here / name).write_text(json.dumps(value, indent=1) + "\n")


write("metrics.json", {
    "classes": [classes(2, 60, 0.7), classes(2, 7, 0.2), classes(4, 60, 0.6), classes(2, 30, 1.0)],
    "numbers": [numbers(40, 0.5, 3), numbers(40, 2, 0), numbers(3, 1, 1)],
    "sets": [sets(40, 3), sets(5, 6)],
})
write("losses.json", {"cases": [loss(5, 1), loss(4, 3)]})
