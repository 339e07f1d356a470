"""Pairs of texts as scorers meet them: near copies, strangers, empty ones, many scripts, punctuation, numbers, markup."""

WORDS = (
    "the a an cat sat on mat quick brown fox jumps over lazy dog refund shipped within 3.5 days order number 1,234 costs "
    "$99.95 or 12-14 EUR (approx.) we're they'll it's rock-n-roll e-mail U.S.A. &amp; &lt;b&gt; <skipped> \"quoted\" 'single' "
    "generalization relational running flies dying happily skies agreed plastered hopping falling geology conditional "
    "sensibilities analogously enjoyment naïve café Straße ΣΊΣΥΦΟΣ İstanbul 你好 世界 東京 مرحبا नमस्ते 👍🏽 👩‍👩‍👧 😀 e\u0301 K ſ "
    "éa theé an_ x y -5 .5 5. 1.2.3 100% C++ a_b http://example.org/a?b=c#d , . ! ? … — « » 0 00 - -- {x} [y] `z` ~ ^ | \\ / @ # *"
).split()

SPACES = [" ", " ", " ", " ", "  ", "\n", "\t", "\u00a0", "\u3000", "\u0085", "\u2003", "-\n", "\ufeff", "\x1c", "\x1f"]


def text(rng, longest=24):
    n = int(rng.integers(0, longest + 1))
    parts = []
    for _ in range(n):
        word = str(rng.choice(WORDS))
        if rng.random() < 0.1:
            word = word.upper()
        parts += [word, SPACES[int(rng.integers(0, len(SPACES)))] if rng.random() < 0.3 else " "]
    return "".join(parts)


def variation(rng, source):
    words = source.split(" ")
    changed = []
    for word in words:
        chance = rng.random()
        if chance < 0.1:
            continue
        if chance < 0.2:
            changed.append(str(rng.choice(WORDS)))
        changed.append(word)
    if rng.random() < 0.2:
        rng.shuffle(changed)
    return " ".join(str(word) for word in changed)


def case(rng, longest=24, most_references=3):
    """An output and one reference or more; always the same number is not promised."""
    references = [text(rng, longest)]
    for _ in range(int(rng.integers(0, most_references))):
        references.append(variation(rng, references[0]) if rng.random() < 0.6 else text(rng, longest))
    output = variation(rng, references[0]) if rng.random() < 0.8 else text(rng, longest)
    return output, references


FIXED = [
    ("", [""]),
    ("", ["a reference"]),
    ("an output", [""]),
    ("the", ["the"]),
    ("the the the the the the the", ["the cat is on the mat", "there is a cat on the mat"]),
    ("It is a guide to action which ensures that the military always obeys the commands of the party.",
     ["It is a guide to action that ensures that the military will forever heed Party commands.",
      "It is the guiding principle which guarantees the military forces always being under the command of the Party."]),
    ("a b", ["a b c d e f"]),
    ("a b c d", ["a b c d"]),
    ("😀😀", ["😀"]),
    ("a\nb\nc", ["c\nb\na"]),
    ("   ", ["\n\n"]),
    ("yyyyy yyying", ["yyyy yyyed"]),
]
