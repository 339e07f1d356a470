"""Writes repeats.golden.json beside this file; python3 make-reference-vectors.py. Standard library only.

pass@k is the numerically stable product of Chen et al. 2021, section 2.1 (1 - prod(1 - k / i) for i from n - c + 1 to n). pass^k is
counted: the part of all choices of k among n answers that are all right. Both as exact fractions, then rounded once.
"""

import itertools
import json
import pathlib
from fractions import Fraction


def any_passes(n, c, k):
    if n - c < k:
        return Fraction(1)
    product = Fraction(1)
    for i in range(n - c + 1, n + 1):
        product *= 1 - Fraction(k, i)
    return 1 - product


def all_pass(n, c, k):
    chosen = list(itertools.combinations([1] * c + [0] * (n - c), k))
    return Fraction(sum(all(one) for one in chosen), len(chosen))


rows = [
    {"n": n, "passed": c, "k": k, "anyPasses": float(any_passes(n, c, k)), "allPass": float(all_pass(n, c, k))}
    for n in (1, 2, 3, 5, 8, 12)
    for c in range(n + 1)
    for k in range(1, n + 1)
]
body = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
pathlib.Path(__file__).with_name("repeats.golden.json").write_text('{"fixed":[\n' + body + "\n]}\n")
