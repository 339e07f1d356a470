"""Writes kappa.golden.json, which kappa.test.ts compares with.

    python3 -m venv venv && venv/bin/pip install numpy scikit-learn
    venv/bin/python src/core/judging/make-kappa-vectors.py

The standard errors are those of the delta method with derivatives taken numerically, so no formula is shared with the TypeScript code.
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.metrics import cohen_kappa_score

rng = np.random.default_rng(20261121)


def labels_of(counts):
    rows, columns = [], []
    for i, row in enumerate(counts):
        for j, count in enumerate(row):
            rows += [i] * int(count)
            columns += [j] * int(count)
    return rows, columns


def kappa(counts, weights):
    rows, columns = labels_of(counts)
    names = list(range(len(counts)))
    given = None if weights == "none" else weights
    return float(cohen_kappa_score(rows, columns, labels=names, weights=given))


def of_shares(shares, weights):
    """The same of shares that are no counts: scikit-learn takes sample weights."""
    k = len(shares)
    rows = [i for i in range(k) for _ in range(k)]
    columns = [j for _ in range(k) for j in range(k)]
    given = None if weights == "none" else weights
    return float(
        cohen_kappa_score(rows, columns, labels=list(range(k)), weights=given, sample_weight=np.ravel(shares))
    )


def standard_error(counts, weights):
    counts = np.asarray(counts, float)
    n = counts.sum()
    shares = counts / n
    step = 1e-6
    slopes = np.zeros_like(shares)
    for i in range(len(shares)):
        for j in range(len(shares)):
            up, down = shares.copy(), shares.copy()
            up[i, j] += step
            down[i, j] = max(0.0, down[i, j] - step)
            width = up[i, j] - down[i, j]
            slopes[i, j] = (of_shares(up / up.sum(), weights) - of_shares(down / down.sum(), weights)) / width
    mean = (shares * slopes).sum()
    return float(np.sqrt(((shares * slopes**2).sum() - mean**2) / n))


cases = []
for k in (2, 3, 5):
    for n in (30, 200):
        for strength in (0.2, 0.6, 0.9):
            margin = rng.dirichlet(np.ones(k) * 3)
            truth = rng.choice(k, size=n, p=margin)
            judge = np.where(rng.random(n) < strength, truth, rng.choice(k, size=n, p=margin))
            counts = np.zeros((k, k), int)
            for a, b in zip(truth, judge):
                counts[a, b] += 1
            for weights in ("none", "linear", "quadratic"):
                value = kappa(counts, weights)
                if np.isnan(value):
                    continue
                cases.append(
                    {
                        "counts": counts.tolist(),
                        "weights": weights,
                        "value": value,
                        "standardError": standard_error(counts, weights),
                    }
                )

out = pathlib.Path(__file__).parent / "kappa.golden.json"
out.write_text(
    json.dumps({"made": {"sklearn": sklearn.__version__, "numpy": np.__version__}, "cases": cases}, indent=1) + "\n"
)
