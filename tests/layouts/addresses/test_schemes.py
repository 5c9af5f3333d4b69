"""An address can be read back, a number knows its place in the progression, and a check digit shows a misread."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from layouts.addresses.check_digit import CheckDigit
from layouts.addresses.fields import AddressField, FieldName
from layouts.addresses.scheme import Scheme, read_scheme
from spatial.errors import BadDataError

NAMES: tuple[FieldName, ...] = ("zone", "aisle", "level", "position", "side")


@st.composite
def address_fields(draw: st.DrawFn, name: FieldName) -> AddressField:
    kind = draw(st.sampled_from(("digits", "letters", "names")))
    least = 0 if kind == "digits" else 1
    widths = st.integers(1, 4) if kind == "letters" else st.none() | st.integers(1, 4)
    return AddressField(
        name=name,
        kind=kind,
        width=draw(widths),
        start=draw(st.integers(least, 120)),
        stride=draw(st.integers(1, 12)),
        skipped=tuple(draw(st.lists(st.integers(0, 60), max_size=4))),
        without=draw(st.sampled_from(("", "IO"))) if kind == "letters" else "",
        names=("CHL", "DRY", "X") if kind == "names" else (),
        before=draw(st.sampled_from((None, "", "-", ".", " / "))),
    )


@st.composite
def schemes(draw: st.DrawFn) -> Scheme:
    names = draw(st.permutations(("bay", *draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1)))))
    try:
        return Scheme(
            fields=tuple(draw(address_fields(name)) for name in names),
            separator=draw(st.sampled_from(("", "-", "_"))),
            prefix=draw(st.sampled_from(("", "L", "W1 "))),
            check=draw(st.none() | st.builds(CheckDigit, modulus=st.sampled_from((10, 11, 97)))),
        )
    except ValidationError:
        assume(False)
        raise


@given(scheme=schemes(), data=st.data())
def test_parse_is_the_inverse_of_format(scheme: Scheme, data: st.DataObject) -> None:
    numbers: dict[FieldName, int] = {}
    for field in scheme.fields:
        digits = 10 ** (field.width or 6) - 1
        most = {"digits": digits, "letters": 24 ** (field.width or 1), "names": len(field.names)}[field.kind]
        numbers[field.name] = data.draw(st.integers(0 if field.kind == "digits" else 1, most))
    text = scheme.format(numbers)
    assert scheme.parse(text) == numbers
    assert scheme.format(scheme.parse(text)) == text


@given(field=address_fields("bay"), count=st.integers(0, 500))
def test_a_number_knows_how_many_come_before_it(field: AddressField, count: int) -> None:
    assert field.count(field.nth(count)) == count
    assert field.nth(count + 1) > field.nth(count)
    assert field.nth(count) not in field.skipped


def test_a_number_that_never_comes_has_no_count() -> None:
    tens = AddressField(name="bay", start=10, stride=10, skipped=(30,))
    assert [tens.nth(count) for count in range(4)] == [10, 20, 40, 50]
    for number in (5, 15, 30):
        with pytest.raises(ValueError, match=f"{number} is none of 10, 20, 30"):
            tens.count(number)


def test_letters_count_like_the_columns_of_a_sheet_of_fixed_width() -> None:
    one = AddressField(name="level", kind="letters", width=1, without="IO")
    assert [one.text(number) for number in (1, 8, 9, 24)] == ["A", "H", "J", "Z"]
    two = AddressField(name="aisle", kind="letters", width=2)
    assert [two.text(number) for number in (1, 26, 27, 676)] == ["AA", "AZ", "BA", "ZZ"]
    with pytest.raises(ValueError, match="level 25 does not fit 1 letters"):
        one.text(25)


@pytest.mark.parametrize(
    ("modulus", "text", "check"),
    [
        (10, "629104150021", "3"),  # GS1's worked example of a GTIN-13
        (10, "37610425002123456", "9"),  # and of an SSCC
        (11, "036540", "8"),
        (97, "794", "44"),  # ISO/IEC 7064's worked example
    ],
)
def test_check_digits_are_those_of_the_standards(modulus: int, text: str, check: str) -> None:
    assert CheckDigit.model_validate({"modulus": modulus}).of(text) == check


@given(st.text("0123456789", min_size=4, max_size=12), st.data())
def test_one_wrong_digit_is_always_seen(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text) - 1))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != text[place]]))
    misread = text[:place] + wrong + text[place + 1 :]
    checks = (CheckDigit(modulus=10), CheckDigit(modulus=11), CheckDigit(modulus=97))
    assert all(check.of(text) != check.of(misread) for check in checks)


def test_a_misread_address_says_so() -> None:
    scheme = Scheme(check=CheckDigit(before="/"))
    address = scheme.format({"aisle": 1, "bay": 3, "level": 1, "position": 2})
    assert address == "01-03-01-02/9"
    with pytest.raises(BadDataError, match="'01-04-01-02/9' has check digit 9 where 6 is right"):
        scheme.parse("01-04-01-02/9")
    with pytest.raises(
        BadDataError, match="'1-3-1' is no address of the scheme: expected one like '01-01-01-01/"
    ):
        scheme.parse("1-3-1")


def test_a_scheme_that_cannot_be_read_back_is_refused() -> None:
    any_width = AddressField(name="aisle", width=None)
    with pytest.raises(ValidationError, match="aisle has no fixed width and bay follows without a separator"):
        Scheme(fields=(any_width, AddressField(name="bay", before="")))


def test_a_scheme_is_read_from_yaml(tmp_path: Path) -> None:
    path = tmp_path / "scheme.yaml"
    path.write_text(
        "separator: '.'\nsides: same\nfields:\n- {name: zone, kind: names, names: [CHL, DRY]}\n- {name: aisle}\n"
        "- {name: bay, start: 10, stride: 10, width: 3}\n- {name: level, kind: letters, width: 1}\n"
    )
    scheme = read_scheme(path)
    assert scheme.example == "CHL.01.010.A"
    path.write_text("sides: odd\n")
    with pytest.raises(BadDataError, match=r"scheme\.yaml: sides: Input should be 'odd_left', 'odd_right'"):
        read_scheme(path)
