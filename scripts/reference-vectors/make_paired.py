"""Tests and intervals of scipy and statsmodels for paired results; the non-inferiority test by maximising the likelihood."""

import numpy as np
from scipy import stats
from scipy.optimize import minimize_scalar
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

import golden_file

rng = np.random.default_rng(20261126)


def discordant(b, c):
    n = b + c
    return {
        "onlyCandidate": b,
        "onlyStable": c,
        "exact": float(mcnemar([[10, b], [c, 5]], exact=True).pvalue),
        "sign": float(stats.binomtest(b, n).pvalue) if n else 1.0,
        # Fagerland, Lydersen and Laake, supplement: equations 1 and 2.
        "midP": 1.0
        if n == 0
        else float(1 - stats.binom.pmf(b, n, 0.5) / 2)
        if b == c
        else float(2 * stats.binom.cdf(min(b, c), n, 0.5) - stats.binom.pmf(min(b, c), n, 0.5)),
    }


def mean_of(sample, axis):
    return np.mean(sample, axis=axis)


def permutation(differences):
    found = stats.permutation_test(
        (differences,), mean_of, permutation_type="samples", n_resamples=np.inf, alternative="two-sided"
    )
    return {"differences": differences, "p": float(found.pvalue)}


def bootstrap(values, statistic, name, confidence, replicates):
    found = stats.bootstrap(
        (values,), statistic, n_resamples=replicates, confidence_level=confidence, method="BCa", rng=np.random.default_rng(3), vectorized=False
    )
    return {
        "statistic": name,
        "values": values,
        "confidence": confidence,
        "observed": float(statistic(values)),
        "replicates": found.bootstrap_distribution,
        "jackknife": [float(statistic(np.delete(values, i))) for i in range(len(values))],
        "interval": [float(found.confidence_interval.low), float(found.confidence_interval.high)],
    }


def non_inferiority(b, c, n, margin):
    """The score statistic at a difference of -margin, with the nuisance parameter found by a search."""

    def negative_likelihood(q):
        terms = [(b, q - margin), (c, q), (n - b - c, 1 - 2 * q + margin)]
        return -sum(k * np.log(max(p, 1e-300)) for k, p in terms if k > 0)

    q = minimize_scalar(negative_likelihood, bounds=(max(0.0, margin), (1 + margin) / 2), method="bounded", options={"xatol": 1e-14}).x
    variance = n * (2 * q - margin * (1 + margin))
    z = (b - c + n * margin) / np.sqrt(variance)
    return {"onlyCandidate": b, "onlyStable": c, "total": n, "margin": margin, "p": float(stats.norm.sf(z))}


counts = [(0, 0), (0, 1), (1, 0), (1, 7), (3, 3), (5, 12), (20, 20), (31, 12), (0, 30), (150, 190), (1000, 1090), (4000, 4000)]
samples = [np.round(rng.normal(0.3, 1, n), 3) for n in (2, 5, 10)] + [rng.integers(-2, 4, 11) / 2, np.array([1.0, 1.0, 1.0]), np.array([0.5, -0.5, 0.0])]

golden_file.write(
    "paired/paired.golden.json",
    ["scipy", "statsmodels", "numpy"],
    {
        "normal": [[z, float(stats.norm.cdf(z))] for z in (-37.0, -8.3, -5.0, -2.1, -2.0, -1.99, -0.5, 0.0, 0.7, 1.96, 3.0, 6.0)],
        "discordant": [discordant(b, c) for b, c in counts],
        "permutation": [permutation(sample) for sample in samples],
        "bootstrap": [
            bootstrap(np.round(rng.exponential(1, 25), 4), lambda x: float(np.mean(x)), "mean", 0.95, 400),
            bootstrap(np.round(rng.exponential(1, 40), 4), lambda x: float(np.sqrt(np.mean(np.square(x)))), "root", 0.9, 300),
            bootstrap((rng.random(60) < 0.9).astype(float), lambda x: float(np.mean(x)), "mean", 0.95, 500),
        ],
        "holm": [
            {"p": p, "adjusted": multipletests(p, method="holm")[1]}
            for p in ([0.01], [0.04, 0.01, 0.03], [0.5, 0.6, 0.7], [0.001, 0.001, 0.2, 0.04, 0.0], list(np.round(rng.random(8) ** 3, 5)))
        ],
        "wilson": [
            {"hits": h, "total": n, "confidence": c, "interval": [float(x) for x in proportion_confint(h, n, 1 - c, method="wilson")]}
            for h, n in ((0, 1), (1, 1), (0, 20), (20, 20), (3, 17), (388, 400), (7, 5000))
            for c in (0.8, 0.95, 0.999)
        ],
        "nonInferiority": [
            non_inferiority(b, c, n, margin)
            for b, c, n in ((2, 3, 40), (10, 18, 200), (30, 30, 500), (1, 9, 100), (50, 20, 400))
            for margin in (0.01, 0.05, 0.2)
        ],
    },
)
