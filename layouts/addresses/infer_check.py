"""Whether the ends of addresses are check digits, and of which kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from layouts.addresses.check_digit import CheckDigit
from layouts.addresses.sample import sample_of

KNOWN = (
    CheckDigit(modulus=10),
    CheckDigit(modulus=10, weights=(1, 3)),
    CheckDigit(modulus=10, weights=(1,)),
    CheckDigit(modulus=10, weights=(2, 1)),
    CheckDigit(modulus=11),
    CheckDigit(modulus=11, weights=(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)),
    CheckDigit(modulus=11, weights=(2, 3, 4, 5, 6, 7, 8, 9, 10)),
    CheckDigit(modulus=97),
)
FEWEST = 20
"""With fewer addresses a check digit is not told from chance."""
SAMPLE = 400
VALID = 0.85


def infer_check(texts: Sequence[str]) -> CheckDigit | None:
    """The check digit of the most addresses, if 85 % of them have it; with what stands in front of it."""
    sample = sample_of(texts, SAMPLE)
    if len(sample) < FEWEST:
        return None
    shares = [sum(has_check(text, check) for text in sample) / len(sample) for check in KNOWN]
    if max(shares) < VALID:
        return None
    best = KNOWN[shares.index(max(shares))]
    before = Counter(_separator(text[: -best.width]) for text in sample if has_check(text, best))
    return best.model_copy(update={"before": before.most_common(1)[0][0]})


def has_check(text: str, check: CheckDigit) -> bool:
    """Whether the end of a text is the check of what stands before it."""
    body = text[: -check.width]
    return any(map(str.isalnum, body)) and check.of(body) == text[-check.width :]


def _separator(body: str) -> str:
    core = body
    while core and not core[-1].isalnum():
        core = core[:-1]
    return body[len(core) :]
