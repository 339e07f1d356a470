"""Scores of NIST's trec_eval, through pytrec_eval, for rankings with ties, graded and missing judgements."""

import numpy as np
import pytrec_eval

import golden_file

rng = np.random.default_rng(20261123)
CUTS = (1, 3, 5, 10, 100)
MEASURES = {f"{name}.{','.join(map(str, CUTS))}" for name in ("recall", "P", "success", "map_cut", "ndcg_cut")} | {
    "map",
    "recip_rank",
    "ndcg",
}


def topic(documents, judged, found, grades, ties):
    names = [f"d{i}" for i in range(documents)] + ["é", "z", "A", "\ue000", "😀"]
    qrels = {str(d): int(rng.choice(grades)) for d in rng.choice(names, min(judged, len(names)), replace=False)}
    scores = rng.integers(0, ties, len(names)) / 4 if ties else rng.normal(0, 3, len(names))
    if ties == 2:
        # Closer than 32 bits can tell apart.
        scores = 0.3 + scores * 1e-9
    run = {str(d): float(scores[names.index(d)]) for d in rng.choice(names, min(found, len(names)), replace=False)}
    return qrels, run


topics = {}
for documents, judged, found in ((3, 2, 2), (20, 8, 10), (60, 25, 40), (150, 30, 150), (30, 0, 10), (12, 17, 17)):
    for grades in ([0, 1], [0, 0, 1, 2, 3], [-1, 0, 1], [0]):
        for ties in (0, 2, 5):
            topics[f"q{len(topics)}"] = topic(documents, max(1, judged), found, grades, ties)

qrels = {name: one for name, (one, _) in topics.items()}
runs = {name: one for name, (_, one) in topics.items()}
scores = pytrec_eval.RelevanceEvaluator(qrels, MEASURES).evaluate(runs)
from_two = pytrec_eval.RelevanceEvaluator(qrels, MEASURES, relevance_level=2).evaluate(runs)
exponential = pytrec_eval.RelevanceEvaluator(
    {name: {d: 2 ** max(0, g) - 1 for d, g in one.items()} for name, one in qrels.items()}, {"ndcg", "ndcg_cut.5"}
).evaluate(runs)

golden_file.write(
    "scorers/retrieval/retrieval.golden.json",
    ["pytrec-eval-terrier"],
    {
        "cuts": list(CUTS),
        "topics": [
            {
                "relevance": qrels[name],
                "run": runs[name],
                "scores": scores[name],
                "fromTwo": {key: value for key, value in from_two[name].items() if not key.startswith("ndcg")},
                "exponential": exponential[name],
            }
            for name in topics
        ],
    },
)
