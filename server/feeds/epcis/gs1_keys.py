"""GS1 keys from EPC URNs, class URNs and GS1 Digital Link URIs: what kind of thing, and which.

Of GTIN, SSCC, GLN and GIAI the two forms give equal values (GS1 EPC Tag Data Standard 2.0, section 6; GS1 Digital
Link 1.2); other kinds, which name no stock and no place, keep the text of their form.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True, kw_only=True)
class Gs1Key:
    """`kind` is that of the URN (sgtin, lgtin, sscc, sgln, giai, …). `number` is the key itself: GTIN of 14 digits,
    SSCC of 18, GLN of 13, or the key's own text; `serial` and `lot` refine it where the kind has them.
    """

    kind: str
    number: str
    serial: str | None = None
    lot: str | None = None


_URN = re.compile(r"urn:epc:(id|idpat|class):([a-z]+):(\S+)")
_APPLICATION: dict[str, str] = {
    "01": "sgtin", "00": "sscc", "414": "sgln", "8004": "giai", "8003": "grai", "8006": "itip", "8018": "gsrn",
    "8017": "gsrnp", "253": "gdti", "255": "sgcn", "401": "ginc", "402": "gsin", "8010": "cpi", "417": "pgln",
}  # fmt: skip
_DIGITS = {"sgtin": 14, "sscc": 18, "sgln": 13, "pgln": 13}


def gs1_key(text: str) -> Gs1Key:
    """The key that a URI names. Raises ValueError, which tells what is wrong with it."""
    urn = _URN.fullmatch(text)
    if urn is not None:
        return _of_urn(urn[2], urn[3].split("."), text)
    if text.startswith(("http://", "https://")):
        return _of_link(text)
    raise ValueError(f"'{text}' is neither an EPC URN (urn:epc:…) nor a GS1 Digital Link URI")


def check_digit(digits: str) -> str:
    """The last digit of a GTIN, SSCC or GLN from those before it (GS1 General Specifications, section 7.9.1)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def _of_urn(kind: str, parts: Sequence[str], text: str) -> Gs1Key:
    if kind in ("sgtin", "lgtin") and len(parts) >= 3:
        company, item, *rest = parts
        body = _digits(item[:1] + company + item[1:], 13, text)
        refined = unquote(".".join(rest))
        gtin = body + check_digit(body)
        if kind == "lgtin":
            return Gs1Key(kind="lgtin", number=gtin, lot=refined)
        return Gs1Key(kind="sgtin", number=gtin, serial=None if refined == "*" else refined)
    if kind == "sscc" and len(parts) == 2:
        company, reference = parts
        body = _digits(reference[:1] + company + reference[1:], 17, text)
        return Gs1Key(kind="sscc", number=body + check_digit(body))
    if kind == "sgln" and len(parts) >= 3:
        company, location, *rest = parts
        body = _digits(company + location, 12, text)
        extension = unquote(".".join(rest))
        return Gs1Key(
            kind="sgln", number=body + check_digit(body), serial=None if extension == "0" else extension
        )
    if kind in ("sgtin", "lgtin", "sscc", "sgln"):
        raise ValueError(f"'{text}' has {len(parts)} parts between dots, too few or many for a {kind}")
    if kind == "giai":
        return Gs1Key(kind=kind, number=unquote(parts[0] + ".".join(parts[1:])))
    return Gs1Key(kind=kind, number=unquote(".".join(parts)))


def _of_link(text: str) -> Gs1Key:
    """The key of `https://DOMAIN/…/01/GTIN/21/SERIAL`: the path's first known application identifier begins it."""
    try:
        path = urlsplit(text).path
    except ValueError as error:
        raise ValueError(f"'{text}' is no URI: {error}") from error
    steps = [unquote(step) for step in path.strip("/").split("/")]
    start = next((place for place, step in enumerate(steps[:-1]) if step in _APPLICATION), None)
    if start is None:
        raise ValueError(f"'{text}' has no GS1 key in its path, as /01/GTIN/21/SERIAL")
    kind, number = _APPLICATION[steps[start]], steps[start + 1]
    refined = dict(zip(steps[start + 2 :: 2], steps[start + 3 :: 2], strict=False))
    if kind in _DIGITS:
        number = _checked(number, _DIGITS[kind], text)
    if kind == "sgtin" and "10" in refined and "21" not in refined:
        return Gs1Key(kind="lgtin", number=number, lot=refined["10"])
    if kind == "sgtin":
        return Gs1Key(kind=kind, number=number, serial=refined.get("21"), lot=refined.get("10"))
    if kind == "sgln":
        return Gs1Key(kind=kind, number=number, serial=refined.get("254"))
    return Gs1Key(kind=kind, number=number)


def _digits(told: str, length: int, text: str) -> str:
    if len(told) != length or not (told.isascii() and told.isdigit()):
        raise ValueError(
            f"'{text}' has {len(told)} signs in its company prefix and reference, expected {length} digits"
        )
    return told


def _checked(told: str, length: int, text: str) -> str:
    shorter = (8, 12, 13, 14) if length == 14 else (length,)
    if len(told) not in shorter or not (told.isascii() and told.isdigit()):
        raise ValueError(f"'{text}' has the key '{told}', expected {' or '.join(map(str, shorter))} digits")
    full = told.zfill(length)
    if check_digit(full[:-1]) != full[-1]:
        raise ValueError(
            f"'{text}' has the check digit {full[-1]} in '{told}', expected {check_digit(full[:-1])}"
        )
    return full
