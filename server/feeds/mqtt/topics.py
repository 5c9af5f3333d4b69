"""Topic filters of MQTT 5.0, section 4.7: `+` stands for one level, `#` at the end for all that follow."""

from __future__ import annotations

from itertools import zip_longest

LONGEST_BYTES = 65_535


def filter_fault(pattern: str) -> str | None:
    """Why no topic can fit the filter, a sentence with a remedy; None for a good one."""
    levels = pattern.split("/")
    if not pattern:
        return "an empty filter fits no topic: write # for all of them"
    if "\0" in pattern or len(pattern.encode("utf-8", "replace")) > LONGEST_BYTES:
        return f"a filter has no NUL and at most {LONGEST_BYTES} bytes"
    if "#" in levels[:-1]:
        return f"'{pattern}' fits no topic: # stands only at the end"
    for level in levels:
        if len(level) > 1 and ("+" in level or "#" in level):
            return f"'{pattern}' fits no topic: {level[0] if level[0] in '+#' else '+ or #'} stands for a whole level"
    return None


def unshared(subscription: str) -> str:
    """The filter of a shared subscription `$share/GROUP/FILTER`; others as they are."""
    return subscription.split("/", 2)[-1] if subscription.startswith("$share/") else subscription


def overlap(one: str, other: str) -> str | None:
    """A topic that fits both filters; None if there is none."""
    topic: list[str] = []
    ones, others = one.split("/"), other.split("/")
    for a, b in zip_longest(ones, others):
        if a == "#" or b == "#":
            rest = (others if a == "#" else ones)[len(topic) :]
            topic += [_plain(level) for level in rest if level != "#"]
            break
        if a is None or b is None:
            return None
        if a != b and "+" not in (a, b):
            return None
        topic.append(_plain(b if a == "+" else a))
    if topic and topic[0].startswith("$") and {ones[0], others[0]} & {"+", "#"}:
        return None  # a leading wildcard does not fit topics of the broker itself
    return "/".join(topic) or "any"


def fits(pattern: str, topic: str) -> bool:
    """Whether a topic fits a filter."""
    return overlap(pattern, topic) is not None


def _plain(level: str) -> str:
    return "any" if level == "+" else level
