"""BLEU and chrF of sacrebleu, ROUGE of rouge-score, stems of NLTK, Levenshtein of NLTK, overlap of SQuAD's definition."""

import collections
import logging
import re
import string

import numpy as np
from nltk.metrics.distance import edit_distance
from nltk.stem.porter import PorterStemmer
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import BLEU, CHRF

import generated_texts
import golden_file

logging.disable(logging.WARNING)
rng = np.random.default_rng(20261121)

CASES = generated_texts.FIXED + [generated_texts.case(rng) for _ in range(130)]
# A corpus needs the same number of references for every case.
CORPORA = [
    [(output, (references * 2)[:2]) for output, references in (generated_texts.case(rng, longest) for _ in range(size))]
    # Texts shorter than the longest n-gram count for some orders only.
    for size, longest in ((1, 30), (2, 30), (5, 30), (20, 30), (3, 1), (8, 1), (30, 2))
]

BLEU_SETTINGS = [
    {"tokenizer": tokenizer, "smoothing": smoothing, "smoothingValue": value, "effectiveOrder": effective, "lowercase": lower, "maxOrder": order}
    for tokenizer, smoothing, value, effective, lower, order in [
        ("13a", "exp", None, False, False, 4),
        ("13a", "exp", None, True, False, 4),
        ("13a", "none", None, False, False, 4),
        ("13a", "none", None, True, True, 4),
        ("13a", "floor", None, False, False, 4),
        ("13a", "floor", 0.01, True, False, 4),
        ("13a", "add-k", None, False, False, 4),
        ("13a", "add-k", 0.5, True, True, 4),
        ("none", "exp", None, True, False, 4),
        ("none", "floor", None, True, True, 2),
        ("char", "exp", None, True, False, 4),
        ("char", "add-k", 2, False, True, 6),
    ]
]


def bleu(settings):
    return BLEU(
        tokenize=settings["tokenizer"],
        smooth_method=settings["smoothing"],
        smooth_value=settings["smoothingValue"],
        effective_order=settings["effectiveOrder"],
        lowercase=settings["lowercase"],
        max_ngram_order=settings["maxOrder"],
    )


CHRF_SETTINGS = [
    {"charOrder": char, "wordOrder": word, "beta": beta, "lowercase": lower, "whitespace": space, "epsilonSmoothing": eps}
    for char, word, beta, lower, space, eps in [
        (6, 0, 2, False, False, False),
        (6, 2, 2, False, False, False),
        (6, 2, 2, True, False, True),
        (6, 0, 1, False, True, False),
        (4, 1, 3, False, True, True),
    ]
]


def chrf(settings):
    return CHRF(
        char_order=settings["charOrder"],
        word_order=settings["wordOrder"],
        beta=settings["beta"],
        lowercase=settings["lowercase"],
        whitespace=settings["whitespace"],
        eps_smoothing=settings["epsilonSmoothing"],
    )


def of_cases(metric):
    return [metric.sentence_score(output, references).score for output, references in CASES]


def of_corpora(metric):
    return [
        metric.corpus_score([output for output, _ in corpus], list(map(list, zip(*(references for _, references in corpus))))).score
        for corpus in CORPORA
    ]


ROUGE_TYPES = ["rouge1", "rouge2", "rouge3", "rougeL", "rougeLsum"]


def rouge(stemmer):
    scorer = RougeScorer(ROUGE_TYPES, use_stemmer=stemmer)
    return [
        [list(scorer.score_multi(references, output)[kind]) for kind in ROUGE_TYPES] for output, references in CASES
    ]


def squad_words(text):
    """The normalisation of SQuAD's evaluation, from its published description."""
    text = "".join(c for c in text.lower() if c not in set(string.punctuation))
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def squad(output, references):
    scores = []
    for reference in references:
        said, wanted = squad_words(output), squad_words(reference)
        same = sum((collections.Counter(said) & collections.Counter(wanted)).values())
        if not said or not wanted:
            scores.append((float(said == wanted),) * 3)
        elif same == 0:
            scores.append((0.0, 0.0, 0.0))
        else:
            p, r = same / len(said), same / len(wanted)
            scores.append((2 * p * r / (p + r), p, r))
    return {
        "exact": float(any(squad_words(output) == squad_words(reference) for reference in references)),
        "f": max(score[0] for score in scores),
    }


stemmer = PorterStemmer()
SUFFIXES = (
    "s es ies sses ss ed eed ied ing at bl iz y ational tional enci anci izer bli alli entli eli ousli ization ation ator alism "
    "iveness fulness ousness aliti iviti biliti fulli logi icate ative alize iciti ical ful ness al ance ence er ic able ible ant "
    "ement ment ent ion sion tion ou ism ate iti ous ive ize e ll lle"
).split()
ROOTS = "a b y ab by ya yy tr tree hop fil fall hiss fizz motor gener relat oper geo theo archaeo di fl sk agre contro roll syzyg 1a x2y".split()
words = sorted(
    {root + one for root in ROOTS for one in SUFFIXES}
    | {root + str(one) + str(two) for root in ROOTS for one, two in rng.choice(SUFFIXES, (20, 2))}
    | set("sky skies dying lying tying news innings inning outings outing cannings canning howe proceed exceed succeed".split())
)

golden_file.write(
    "scorers/text/text.golden.json",
    ["sacrebleu", "rouge-score", "nltk"],
    {
        "cases": [{"output": output, "references": references} for output, references in CASES],
        "corpora": [[{"output": output, "references": references} for output, references in corpus] for corpus in CORPORA],
        "bleu": [{"options": s, "cases": of_cases(bleu(s)), "corpora": of_corpora(bleu(s))} for s in BLEU_SETTINGS],
        "chrf": [{"options": s, "cases": of_cases(chrf(s)), "corpora": of_corpora(chrf(s))} for s in CHRF_SETTINGS],
        "rouge": [{"stemmer": s, "types": ROUGE_TYPES, "cases": rouge(s)} for s in (False, True)],
        "squad": [squad(output, references) for output, references in CASES],
        "levenshtein": [min(edit_distance(output, r) for r in references) for output, references in CASES],
        "stems": {word: stemmer.stem(word) for word in words},
    },
)
