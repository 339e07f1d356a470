"""What python-stdnum says of numbers with check digits, right and wrong ones."""

import numpy as np
from stdnum import iban, luhn, numdb
from stdnum.de import idnr
from stdnum.fr import nir
from stdnum.iso7064 import mod_11_10, mod_97_10
from stdnum.us import ssn

import golden_file

rng = np.random.default_rng(20261125)
DIGITS = "0123456789"


def digits(n, first="0123456789"):
    return str(rng.choice(list(first))) + "".join(str(d) for d in rng.integers(0, 10, n - 1))


def of_pattern(pattern):
    """Like 4!n16!c: n digits, a capitals, c either."""
    out = ""
    for part in pattern.split("!"):
        if out == "" and part.isdigit():
            count = int(part)
            out = " "
            continue
        letters = {"n": DIGITS, "a": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "c": DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}[part[0]]
        out += "".join(str(c) for c in rng.choice(list(letters), count))
        count = int(part[1:] or 0)
    return out.strip()


def ibans():
    database = numdb.get("iban")
    for country, entry in sorted((prefix, properties) for _, prefix, _, properties, _ in _entries(database)):
        bban = of_pattern(entry["bban"])
        number = country + mod_97_10.calc_check_digits(bban + country) + bban
        assert iban.is_valid(number, check_country=False), number
        yield number
        yield number[:2] + f"{(int(number[2:4]) + 1) % 100:02d}" + number[4:]
        yield number[:-1]


def _entries(database):
    for length, low, high, properties, children in database.prefixes:
        yield length, low, high, properties, children


def tax_ids():
    for _ in range(120):
        body = list(rng.permutation(list(DIGITS)))[:9]
        body.insert(int(rng.integers(0, 9)), body[int(rng.integers(0, 9))])
        if rng.random() < 0.3:
            body[int(rng.integers(0, 10))] = body[int(rng.integers(0, 10))]
        if rng.random() < 0.3:
            twice = next(d for d in body if body.count(d) > 1)
            others = [i for i, d in enumerate(body) if d != twice]
            body[others[0]] = twice
        digits10 = "".join(body)
        yield digits10 + (mod_11_10.calc_check_digit(digits10) if rng.random() < 0.6 else str(rng.integers(0, 10)))


def nirs():
    for _ in range(60):
        body = digits(1, "12") + digits(2) + f"{rng.integers(1, 13):02d}" + str(rng.choice(["75", "2A", "2B", "99", "01"])) + digits(6)
        key = nir.calc_check_digits(body + "00")
        yield body + key
        yield body + f"{(int(key) % 97) + 1:02d}"


def verdicts(numbers, is_valid):
    return [[number, bool(is_valid(number))] for number in numbers]


golden_file.write(
    "scorers/safety/safety.golden.json",
    ["python-stdnum"],
    {
        "luhn": verdicts([digits(int(n)) for n in rng.integers(1, 20, 150)], luhn.is_valid),
        "mod97": verdicts(
            [digits(12) for _ in range(50)] + [d + mod_97_10.calc_check_digits(d) for d in (digits(15) for _ in range(30))],
            mod_97_10.is_valid,
        ),
        "iban": verdicts(ibans(), lambda number: iban.is_valid(number, check_country=False)),
        "ssn": verdicts(
            [digits(9) for _ in range(60)]
            + ["078051120", "219099999", "457555462", "000123456", "666123456", "900123456", "123004567", "123450000"],
            ssn.is_valid,
        ),
        "taxId": verdicts(tax_ids(), idnr.is_valid),
        "nir": verdicts(nirs(), nir.is_valid),
    },
)
