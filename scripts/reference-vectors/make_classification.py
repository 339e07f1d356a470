"""Scores of scikit-learn for labels, probabilities and numbers, weighted and not, with what undefined cases give."""

import warnings

import numpy as np
from sklearn import metrics

import golden_file

warnings.filterwarnings("ignore")
rng = np.random.default_rng(20261122)
ERROR = "zz<error>"


def average_options():
    for average in ("macro", "micro", "weighted", "binary"):
        for labels in ("seen", "expected"):
            for zero_division in ("0", "1", "undefined"):
                if average != "binary" or labels == "seen":
                    yield average, labels, zero_division


def label_set(names, n, accuracy, errors, weighted, spare=()):
    expected = rng.choice(names, n)
    answered = np.where(rng.random(n) < accuracy, expected, rng.choice([*names, *spare], n))
    answered = np.where(rng.random(n) < errors, ERROR, answered)
    weights = rng.integers(0, 5, n) / 2 if weighted else np.ones(n)
    if weights.sum() == 0:
        weights[0] = 1
    seen = sorted((set(expected) | set(answered)) - {ERROR})
    scores = []
    for average, labels, zero_division in average_options():
        chosen = seen if labels == "seen" else sorted(set(expected))
        values = metrics.precision_recall_fscore_support(
            expected,
            answered,
            labels=[names[0]] if average == "binary" else chosen,
            average="macro" if average == "binary" else average,
            sample_weight=weights,
            zero_division=np.nan if zero_division == "undefined" else int(zero_division),
        )[:3]
        scores.append({"average": average, "labels": labels, "zeroDivision": zero_division, "values": [float(v) for v in values]})
    return {
        "expected": expected.tolist(),
        "answered": [None if a == ERROR else str(a) for a in answered],
        "weights": weights.tolist(),
        "positive": names[0],
        "accuracy": metrics.accuracy_score(expected, answered, sample_weight=weights),
        "balancedAccuracy": metrics.balanced_accuracy_score(expected, answered, sample_weight=weights),
        "matthews": metrics.matthews_corrcoef(expected, answered, sample_weight=weights),
        "matrix": {"labels": seen, "counts": metrics.confusion_matrix(expected, answered, labels=seen, sample_weight=weights)},
        "averages": scores,
    }


def calibration(happened, probabilities, weights, bins):
    """Bins as sklearn.calibration.calibration_curve makes them for strategy='uniform', with edges at the doubles next to b/n."""
    edges = np.array([b / bins for b in range(1, bins)])
    found = np.searchsorted(edges, probabilities)
    gaps = np.bincount(found, weights * (probabilities - happened), minlength=bins)
    mass = np.bincount(found, weights, minlength=bins)
    kept = mass > 0
    return float(np.abs(gaps).sum() / weights.sum()), float(np.max(np.abs(gaps[kept]) / mass[kept]))


def probability_set(n, positive_share, digits, weighted):
    happened = rng.random(n) < positive_share
    probabilities = np.clip(np.round(rng.normal(0.45 + 0.2 * happened, 0.3), digits), 0, 1)
    weights = rng.integers(0, 5, n) / 2 if weighted else np.ones(n)
    if weights.sum() == 0:
        weights[0] = 1
    present = {bool(h) for h, w in zip(happened, weights) if w > 0}
    return {
        "happened": happened.tolist(),
        "probabilities": probabilities.tolist(),
        "weights": weights.tolist(),
        "rocAuc": metrics.roc_auc_score(happened, probabilities, sample_weight=weights) if len(present) == 2 else None,
        "averagePrecision": metrics.average_precision_score(happened, probabilities, sample_weight=weights),
        "logLoss": metrics.log_loss(happened, probabilities, sample_weight=weights, labels=[False, True]),
        "brier": metrics.brier_score_loss(happened, probabilities, sample_weight=weights, pos_label=True),
        "calibration": [{"bins": bins, "values": calibration(happened, probabilities, weights, bins)} for bins in (1, 10, 15, 100)],
    }


def class_probability_set(classes, n, digits, drop=None):
    expected = rng.integers(0, classes, n)
    if drop is not None:
        expected = np.where(expected == drop, (drop + 1) % classes, expected)
    raw = rng.dirichlet(np.ones(classes), n) + 0.5 * np.eye(classes)[expected]
    # Rounded down, the last class taking the rest: scikit-learn refuses rows that do not add up.
    probabilities = np.floor(raw / raw.sum(axis=1, keepdims=True) * 10**digits) / 10**digits
    probabilities[:, -1] = 1 - probabilities[:, :-1].sum(axis=1)
    names = [f"c{k}" for k in range(classes)]
    everything = list(range(classes))

    def area(compare, average):
        if len(set(expected.tolist())) < classes:
            return None
        return metrics.roc_auc_score(expected, probabilities, multi_class=compare, average=average, labels=everything)

    top = probabilities.argmax(axis=1)
    return {
        "names": names,
        "expected": [names[k] for k in expected],
        "probabilities": probabilities.tolist(),
        "areas": [{"compare": c, "average": a, "value": area(c, a)} for c in ("ovr", "ovo") for a in ("macro", "weighted")],
        "logLoss": metrics.log_loss(expected, probabilities, labels=everything),
        "brier": metrics.brier_score_loss(expected, probabilities, labels=everything, scale_by_half=False),
        "topLabelCalibration": calibration(top == expected, probabilities.max(axis=1), np.ones(n), 10),
    }


def number_set(expected, answered, weighted):
    n = len(expected)
    weights = rng.integers(1, 5, n) / 2 if weighted else np.ones(n)
    return {
        "expected": expected,
        "answered": answered,
        "weights": weights,
        "mae": metrics.mean_absolute_error(expected, answered, sample_weight=weights),
        "rmse": metrics.root_mean_squared_error(expected, answered, sample_weight=weights),
        "mape": metrics.mean_absolute_percentage_error(expected, answered, sample_weight=weights),
        "r2": metrics.r2_score(expected, answered, sample_weight=weights),
        "pinball": [
            {"quantile": q, "value": metrics.mean_pinball_loss(expected, answered, sample_weight=weights, alpha=q)} for q in (0.1, 0.5, 0.95)
        ],
    }


def numbers(n, center, spread):
    expected = rng.normal(center, spread, n)
    return expected, expected + rng.normal(0, spread / 3, n)


label_sets = [
    label_set(["yes"], 5, 1, 0, False),
    label_set(["yes"], 6, 1, 0.5, False),
    label_set(["yes"], 4, 0, 0, False, ["no"]),
    label_set(["a", "b"], 1, 0, 0, False),
    label_set(["ä", "z", "😀", "A"], 50, 0.6, 0.05, True, ["other"]),
]
for names in (["spam", "ham"], ["a", "b", "c"], [f"label {k}" for k in range(9)]):
    for n in (3, 12, 80):
        for accuracy, errors, weighted, spare in ((0.9, 0, False, []), (0.4, 0.1, True, ["new"]), (0, 0.3, False, []), (1, 0, True, [])):
            label_sets.append(label_set(names, n, accuracy, errors, weighted, spare))

golden_file.write(
    "scorers/classification/classification.golden.json",
    ["scikit-learn", "numpy"],
    {
        "labels": label_sets,
        "probabilities": [
            probability_set(n, share, digits, weighted)
            for n in (1, 5, 40, 120)
            for share in (0, 0.05, 0.5, 1)
            for digits in (1, 2, 15)
            for weighted in (False, True)
        ],
        "classProbabilities": [
            class_probability_set(classes, n, digits, drop)
            for classes in (3, 4, 6)
            for n, drop in ((12, None), (60, None), (30, 1))
            for digits in (1, 12)
        ],
    },
)

golden_file.write(
    "scorers/regression/regression.golden.json",
    ["scikit-learn", "numpy"],
    {
        "numbers": [
            *(
                number_set(*numbers(n, center, spread), weighted)
                for n in (2, 10, 60)
                for center, spread in ((0, 1), (1e6, 1), (-5, 100))
                for weighted in (False, True)
            ),
            number_set(np.array([3.0, 3.0, 3.0]), np.array([3.0, 3.0, 3.0]), False),
            number_set(np.array([3.0, 3.0, 3.0]), np.array([3.0, 2.0, 3.0]), True),
            number_set(np.array([0.0, 1.0]), np.array([0.0, 2.0]), False),
            number_set(np.array([5.0]), np.array([4.0]), False),
        ],
    },
)
