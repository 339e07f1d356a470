"""Writes reference-vectors.golden.json, the figures that the tests of this folder compare with.

    python3 -m venv venv && venv/bin/pip install numpy scipy scikit-learn
    venv/bin/python src/core/evaluation/make-reference-vectors.py

The versions used are recorded in the file. Nothing here shares a formula with the TypeScript code where a library
or a direct maximisation can stand in for it: Tango's interval is found by maximising the likelihood numerically.
"""

import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import beta, binom, binomtest, norm
from sklearn.metrics import accuracy_score, precision_recall_fscore_support

rng = np.random.default_rng(20261121)


def clopper_pearson(hits, total, confidence):
    if float(hits).is_integer() and float(total).is_integer():
        found = binomtest(int(hits), int(total)).proportion_ci(confidence, method="exact")
        return [float(found.low), float(found.high)]
    tail = (1 - confidence) / 2
    low = 0.0 if hits <= 0 else float(beta.ppf(tail, hits, total - hits + 1))
    high = 1.0 if hits >= total else float(beta.ppf(1 - tail, hits + 1, total - hits))
    return [low, high]


def tango(only_candidate, only_stable, total, confidence):
    """The differences at which the score statistic reaches the normal quantile, with the nuisance maximised numerically."""
    z = norm.ppf(1 - (1 - confidence) / 2)
    b, c, n = only_candidate, only_stable, total
    observed = (b - c) / n

    def statistic(difference):
        lowest = max(0.0, -difference)
        highest = (1 - difference) / 2

        def negative_likelihood(q):
            terms = [(b, q + difference), (c, q), (n - b - c, 1 - 2 * q - difference)]
            return -sum(k * np.log(max(p, 1e-300)) for k, p in terms if k > 0)

        q = minimize_scalar(
            negative_likelihood, bounds=(lowest, highest), method="bounded", options={"xatol": 1e-13}
        ).x
        variance = n * (2 * q + difference * (1 - difference))
        return (b - c - n * difference) / np.sqrt(max(variance, 1e-300))

    edge = 1e-9
    low = -1.0 if observed <= -1 else brentq(lambda d: statistic(d) - z, -1 + edge, observed - edge, xtol=1e-12)
    high = 1.0 if observed >= 1 else brentq(lambda d: statistic(d) + z, observed + edge, 1 - edge, xtol=1e-12)
    return [float(low), float(high)]


def quantile_ranks(n, at, confidence):
    """By counting through all ranks."""
    tail = (1 - confidence) / 2
    low = max([r for r in range(1, n + 1) if binom.cdf(r - 1, n, at) <= tail], default=0)
    high = min([r for r in range(1, n + 1) if binom.sf(r - 1, n, at) <= tail], default=n + 1)
    return [low, high]


def classification_set(labels, n, accuracy, errors, weighted):
    expected = rng.choice(labels, n)
    answered = np.where(rng.random(n) < accuracy, expected, rng.choice(labels + ["none of them"], n))
    answered = np.where(rng.random(n) < errors, "<error>", answered)
    weights = rng.integers(1, 5, n) / 2 if weighted else np.ones(n)

    def f(average_labels, average):
        p, r, f1, _ = precision_recall_fscore_support(
            expected, answered, labels=average_labels, average=average, zero_division=0, sample_weight=weights
        )
        return [float(np.ravel(x)[0]) for x in (p, r, f1)]

    return {
        "expected": expected.tolist(),
        "answered": [None if a == "<error>" else a for a in answered.tolist()],
        "weights": weights.tolist(),
        "accuracy": float(accuracy_score(expected, answered, sample_weight=weights)),
        "positive": labels[0],
        "ofPositive": f([labels[0]], None),
        "macro": f(sorted(set(expected.tolist())), "macro"),
    }


def bootstrap_difference(n, metric, replicates=40_000):
    """The smoothed, centred paired bootstrap of paired-bootstrap.ts, written anew on arrays; labels 0 and 1."""
    expected = rng.integers(0, 2, n)
    candidate = np.where(rng.random(n) < 0.93, expected, 1 - expected)
    stable = np.where(rng.random(n) < 0.6, candidate, np.where(rng.random(n) < 0.93, expected, 1 - expected))
    made_up = np.array([[1, 1, 0], [1, 0, 1], [0, 0, 1], [0, 1, 0]])
    pool = np.vstack([np.column_stack([expected, candidate, stable]), made_up])

    def score(truth, answer):
        right = np.sum((truth == 1) & (answer == 1), axis=-1)
        said = np.sum(answer == 1, axis=-1)
        real = np.sum(truth == 1, axis=-1)
        return right / said if metric == "precision" else 2 * right / (said + real)

    value = score(expected, candidate) - score(expected, stable)
    drawn = pool[rng.integers(0, len(pool), (replicates, len(pool)))]
    differences = score(drawn[..., 0], drawn[..., 1]) - score(drawn[..., 0], drawn[..., 2])
    low, high = np.quantile(differences, [0.025, 0.975]) - differences.mean() + value
    return {
        "metric": metric,
        "expected": expected.tolist(),
        "candidate": candidate.tolist(),
        "stable": stable.tolist(),
        "value": float(value),
        "interval": [float(low), float(high)],
    }


shares = [(0, 1), (1, 1), (0, 20), (20, 20), (1, 20), (388, 400), (396, 400), (400, 400), (7, 5000), (99_000, 100_000)]
pairs = [(0, 0, 20), (0, 0, 400), (3, 0, 44), (0, 1, 44), (5, 2, 400), (12, 30, 300), (50, 50, 100), (9, 1, 10), (1.5, 2.25, 80.5)]
latencies = np.round(rng.lognormal(3, 0.7, 500), 3)

vectors = {
    "made": {
        "by": "make-reference-vectors.py",
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
    },
    "normalQuantiles": [[p, float(norm.ppf(p))] for p in (1e-8, 1e-5, 0.0005, 0.005, 0.025, 0.1, 0.3, 0.5, 0.8, 0.975, 0.9995)],
    "incompleteBeta": [
        [x, a, b, float(scipy.special.betainc(a, b, x))]
        for x, a, b in [(0.5, 1, 1), (0.1, 0.5, 0.5), (0.01, 2, 300), (0.97, 388, 13), (0.3, 50, 100), (0.99, 99_000, 1001), (0.2, 3.5, 7.25)]
    ],
    "shares": [
        {"hits": h, "total": t, "confidence": c, "interval": clopper_pearson(h, t, c)}
        for h, t in [*shares, (12.5, 20.25), (0.5, 3.75)]
        for c in (0.8, 0.95, 0.999)
    ],
    "pairedShares": [
        {"onlyCandidate": b, "onlyStable": c, "total": n, "confidence": k, "interval": tango(b, c, n, k)}
        for b, c, n in pairs
        for k in (0.9, 0.95)
    ],
    "quantileRanks": [
        {"n": n, "at": at, "confidence": c, "ranks": quantile_ranks(n, at, c)}
        for n in (1, 10, 59, 300, 368, 369, 1000)
        for at in (0.5, 0.95, 0.99)
        for c in (0.9, 0.95)
    ],
    "latencies": {
        "values": latencies.tolist(),
        "quantiles": [[at, float(np.quantile(latencies, at, method="inverted_cdf"))] for at in (0.5, 0.95, 0.99)],
    },
    "classification": [
        classification_set(["spam", "ham"], 60, 0.9, 0.05, False),
        classification_set(["spam", "ham"], 40, 0.7, 0, True),
        classification_set(["a", "b", "c", "d"], 80, 0.8, 0.03, False),
        classification_set(["a", "b", "c"], 30, 0.3, 0.2, True),
    ],
    "bootstrap": [bootstrap_difference(150, "f1"), bootstrap_difference(150, "precision")],
}

path = pathlib.Path(__file__).with_name("reference-vectors.golden.json")
path.write_text(json.dumps(vectors, separators=(",", ":")).replace('},{"', '},\n{"').replace('],"', '],\n"') + "\n")
print(path.name, path.stat().st_size, "bytes")
