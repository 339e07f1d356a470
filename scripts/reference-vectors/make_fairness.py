"""Disparities of fairlearn, weighted and not, with groups of one member and groups in which nobody deserves to be selected."""

import warnings

import fairlearn.metrics as fairness
import numpy as np
from sklearn.metrics import accuracy_score

import golden_file

warnings.filterwarnings("ignore")
rng = np.random.default_rng(20261124)
METHODS = {"between-groups": "between_groups", "to-overall": "to_overall"}


def fair_set(n, groups, deserving, selecting, weighted):
    names = [f"g{k}" for k in range(groups)]
    group = np.array([names[i] if i < groups else str(rng.choice(names)) for i in range(n)])
    deserved = (rng.random(n) < deserving).astype(int)
    selected = np.where(rng.random(n) < 0.6, deserved, rng.random(n) < selecting).astype(int)
    weights = rng.integers(1, 5, n) / 2 if weighted else np.ones(n)
    # fairlearn finds the positive label by itself only when both occur.
    if len({*deserved, *selected}) < 2:
        selected[0] = 1 - selected[0]
    common = {"sensitive_features": group, "sample_weight": weights}

    def frame(metric):
        return fairness.MetricFrame(
            metrics=metric, y_true=deserved, y_pred=selected, sensitive_features=group, sample_params={"sample_weight": weights}
        )

    def rate(metric, **arguments):
        def with_label(y_true, y_pred, sample_weight):
            return metric(y_true, y_pred, sample_weight=sample_weight, **arguments)

        return frame(with_label)

    rates = {
        "selection-rate": rate(fairness.selection_rate, pos_label=1),
        "true-positive-rate": rate(fairness.true_positive_rate, pos_label=1),
        "false-positive-rate": rate(fairness.false_positive_rate, pos_label=1),
        "accuracy": rate(accuracy_score),
    }
    return {
        "group": group,
        "deserved": deserved,
        "selected": selected,
        "weights": weights,
        "selectionRate": float(rates["selection-rate"].overall),
        "parity": [
            {"as": kind, "compare": ours, "value": float(of(deserved, selected, method=theirs, **common))}
            for kind, of in (("difference", fairness.demographic_parity_difference), ("ratio", fairness.demographic_parity_ratio))
            for ours, theirs in METHODS.items()
        ],
        "odds": [
            {"as": kind, "compare": ours, "over": over, "value": float(of(deserved, selected, method=theirs, agg=agg, **common))}
            for kind, of in (("difference", fairness.equalized_odds_difference), ("ratio", fairness.equalized_odds_ratio))
            for ours, theirs in METHODS.items()
            for over, agg in (("worst", "worst_case"), ("mean", "mean"))
        ],
        "worst": [
            {"rate": name, "least": float(one.group_min()), "greatest": float(one.group_max())}
            for name, one in rates.items()
        ],
    }


golden_file.write(
    "scorers/fairness/fairness.golden.json",
    ["fairlearn", "scikit-learn", "numpy"],
    {
        "sets": [
            fair_set(n, groups, deserving, selecting, weighted)
            for n, groups in ((6, 2), (30, 3), (90, 5), (8, 6))
            for deserving, selecting in ((0.5, 0.5), (0.1, 0.3), (0.9, 0.1), (0, 0.2), (0.4, 0), (1, 0.5))
            for weighted in (False, True)
        ],
    },
)
