"""A verification as a terminal shows it: the verdict, then what each way of looking says, then what is missing."""

from __future__ import annotations

from collections.abc import Iterator

from layouts.slotting.verification.verification import Part, Verification

UNIT = "s a line"
SAID = {
    "overfitted": "fitted to the learning tours only",
    "demand changed": "because demand changed",
    "not carried out": "because moves were not carried out",
    "not on the clock": "saved in walking by the model and not seen on the clock",
}


def verification_text(verification: Verification) -> str:
    """Ends without a line break."""
    return "\n".join(_lines(verification))


def _lines(its: Verification) -> Iterator[str]:
    told = its.confidence
    realised = its.realised.estimate(told)
    yield f"{_capital(its.verdict)}: the saving in walking differs by {its.difference.text(UNIT)}."
    figures = [("predicted", its.predicted.per_line.estimate(told).text(UNIT))]
    if its.held_out is not None:
        figures.append(("on held-out days", its.held_out.estimate(told).text(UNIT)))
    figures.append(("plan on what came", its.planned.estimate(told).text(UNIT)))
    figures.append(("as it was picked", realised.text(UNIT)))
    figures.append(("a day", f"{realised.scaled(its.lines_a_day).text('s')}, {its.lines_a_day:.4g} lines"))
    if its.measured is not None:
        saved = its.measured.saved.estimate(told).text(UNIT)
        verdict = f": {its.measured_verdict}" if its.measured_verdict is not None else ""
        figures.append(("by the clock", f"{saved}{verdict}"))
    yield from (f"  {name:<17}  {figure}" for name, figure in figures)
    done = its.execution
    if done is not None:
        yield (
            f"Carried out: {done.carried_out} of {done.carried_out + done.left + done.elsewhere} moved units seen "
            f"({done.left} lie where they were, {done.elsewhere} elsewhere, {done.unseen} not picked since)."
        )
    for part in its.parts:
        if part.is_shown:
            yield _part(part)
    yield from (f"Note: {note}." for note in its.notes)


def _part(part: Part) -> str:
    much = part.missing
    way = "missing" if much.value > 0 else "gained instead of missing"
    return f"{_signed(-much.value)} {UNIT} {way}, {SAID[part.name]}: {much.text(UNIT)}."


def _signed(value: float) -> str:
    return f"{value:+.3g}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
