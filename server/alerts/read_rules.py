"""Reading a rules file: every fault is told as `file:line: entry: what, bound, remedy`, all of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from layouts.layout_file.model_wording import no_such_key, shortened, wording
from layouts.layout_file.yaml_lines import YamlError, YamlText, parse_yaml
from server.alerts.rule import Binding, Rule
from server.alerts.rule_set import KIND_MODELS, RuleSet, in_order
from spatial.errors import BadDataError

Model = TypeVar("Model", bound=BaseModel)

START = "rules: [{id: too-warm, kind: threshold, channel: temperature, above: '8 °C'}]"
PARTS = ("bindings", "rules", "tests")
FAULTS_TOLD = 20


class Fault(NamedTuple):
    """What is wrong at a path of the file."""

    path: tuple[str | int, ...]
    message: str


class RulesFile(NamedTuple):
    """The rules of a file, and its tests as plain values with their lines."""

    rules: RuleSet
    tests: Any
    text: YamlText


def read_rules(path: Path) -> RuleSet:
    """The rules of a YAML file. Raises BadDataError with all faults, each line naming file, line and remedy."""
    return read_rules_file(path).rules


def read_rules_file(path: Path, *, may_have_rules_elsewhere: bool = False) -> RulesFile:
    """The rules and the raw tests of a YAML file. Raises BadDataError as `read_rules` does."""
    text = read_text(path, start=START)
    faults = [Fault((key,), no_such_key(key, PARTS)) for key in text.values if key not in PARTS]
    bindings = tuple(_entries(text, "bindings", Binding, faults))
    rules = tuple(_rules(text, faults))
    if not rules and not faults and not may_have_rules_elsewhere:
        faults.append(Fault((), f"there are no rules: start with {START}"))
    if not faults:
        try:
            return RulesFile(RuleSet(in_order(rules), bindings), text.values.get("tests"), text)
        except ValueError as error:
            faults.append(Fault(("rules",), str(error)))
    raise faulty(path, text, faults)


def read_text(path: Path, *, start: str) -> YamlText:
    """The plain values of a YAML file with keys. Raises BadDataError."""
    try:
        text = parse_yaml(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadDataError(
            f"{path} cannot be read ({error.strerror}): check the path, or write it, beginning with {start}"
        ) from error
    except UnicodeDecodeError as error:
        raise BadDataError(f"{path}: byte {error.start} is not UTF-8: save it as UTF-8") from error
    except YamlError as error:
        raise BadDataError(f"{path}:{error.line}: {error}") from error
    if not isinstance(text.values, dict):
        raise BadDataError(f"{path}: this holds no keys: start with {start}")
    return text


def faulty(path: Path, text: YamlText, faults: list[Fault]) -> BadDataError:
    """The faults as one error, in the order of their lines."""
    lines = sorted((text.line(fault.path), fault) for fault in faults)
    told = [
        f"{path}:{line}: {'.'.join(map(str, fault.path))}{': ' if fault.path else ''}{fault.message}"
        for line, fault in lines[:FAULTS_TOLD]
    ]
    return BadDataError("\n".join(told))


def _rules(text: YamlText, faults: list[Fault]) -> Iterator[Rule]:
    for i, entry in _list(text, "rules", faults):
        path = ("rules", i)
        kind = entry.get("kind") if isinstance(entry, dict) else None
        model = KIND_MODELS.get(kind) if isinstance(kind, str) else None
        if model is None:
            told = "this key is missing: add it" if kind is None else f"{kind!r} is not a kind"
            faults.append(Fault((*path, "kind"), f"{told}; choose one of {', '.join(KIND_MODELS)}"))
            continue
        rule = validated(entry, model, path, faults)
        if rule is None:
            continue
        try:
            rule.problem()
        except ValueError as error:
            key, _, rest = str(error).partition(": ")
            in_rule = key in model.model_fields
            faults.append(
                Fault((*path, key) if in_rule else path, f"rule {rule.id}: {rest if in_rule else error}")
            )
            continue
        yield rule


def _entries(text: YamlText, key: str, model: type[Binding], faults: list[Fault]) -> Iterator[Binding]:
    for i, entry in _list(text, key, faults):
        value = validated(entry, model, (key, i), faults)
        if value is not None:
            yield value


def _list(text: YamlText, key: str, faults: list[Fault]) -> Iterator[tuple[int, Any]]:
    values = text.values.get(key) or []
    if not isinstance(values, list):
        faults.append(Fault((key,), "this is no list: begin each entry with a dash"))
        return
    yield from enumerate(values)


def validated(
    value: Any, model: type[Model], path: tuple[str | int, ...], faults: list[Fault]
) -> Model | None:
    """The `model` of plain values at `path`; None where they are wrong, with the reasons added to `faults`."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        for each in error.errors(include_url=False):
            inside = tuple(part for part in each["loc"] if not _is_branch(part))
            faults.append(Fault((*path, *inside), _wording(each, inside, model)))
        return None


def _is_branch(part: str | int) -> bool:
    """Whether pydantic names a branch of a union here, which is no key of the file."""
    return part in ("str", "float", "bool", "int") or (isinstance(part, str) and "[" in part)


def _wording(error: ErrorDetails, inside: tuple[str | int, ...], model: type[BaseModel]) -> str:
    if error["type"] == "string_pattern_mismatch":
        value = shortened(error["input"])
        return f"{value} is no id: use letters, digits, dot, dash and underscore, 60 at most"
    return wording(error, inside, model)
