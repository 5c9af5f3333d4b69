"""The Python interface as a page for each package and folder, read from the source: nothing is imported."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

Described = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def api_pages(package: Path) -> Iterator[tuple[str, str]]:
    """Name and text of a page for the package's own modules, and of one for each of its folders."""
    folders = sorted(path for path in package.iterdir() if (path / "__init__.py").exists())
    yield package.name, _page(package.name, package, sorted(package.glob("*.py")))
    for folder in folders:
        name = f"{package.name}.{folder.name}"
        yield name, _page(name, package, sorted(folder.rglob("*.py")))


LAST = "search: {boost: 0.002}"
"""A name that begins as what is searched counts 1,000 times a word in a text; pages for people still come first."""


def _page(title: str, package: Path, paths: Iterable[Path]) -> str:
    """Every public module of these with its public classes and functions."""
    lines = ["---", "hide: [toc]", LAST, "---", "", f"# {title}", ""]
    for path in paths:
        module = ast.parse(path.read_text(encoding="utf-8"))
        name = ".".join(path.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__")
        about = ast.get_docstring(module)
        if about is None or any(part.startswith("_") for part in name.split(".")):
            continue
        lines += [f"## {name} {{: #{name} }}", "", about, ""]
        for node in module.body:
            if isinstance(node, Described) and not node.name.startswith("_"):
                lines += _described(node, name)
    return "\n".join(lines)


def _described(node: Described, inside: str, depth: int = 3) -> Iterator[str]:
    """A class or function with its full name as its anchor; nothing where it has no docstring."""
    about = ast.get_docstring(node)
    if about is None:
        return
    yield from (
        f"{'#' * depth} {node.name} {{: #{inside}.{node.name} }}",
        "",
        "```{.python data-search-exclude}",
        _signature(node),
        "```",
        "",
        about,
        "",
    )
    if isinstance(node, ast.ClassDef):
        for inner in node.body:
            if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and not inner.name.startswith("_"):
                yield from _described(inner, f"{inside}.{node.name}", depth + 1)


def _signature(node: Described) -> str:
    """The head of a definition; of a class also its fields."""
    if isinstance(node, ast.ClassDef):
        bases = ", ".join(ast.unparse(each) for each in (*node.bases, *node.keywords))
        fields = [ast.unparse(each) for each in node.body if isinstance(each, ast.AnnAssign)]
        shown = [each for each in fields if not each.startswith("_")]
        head = f"class {node.name}({bases}):" if bases else f"class {node.name}:"
        return "\n".join([head, *textwrap.indent("\n".join(shown), "    ").splitlines()]) if shown else head
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    word = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    whole = f"{word} {node.name}({ast.unparse(node.args)}){returns}"
    if len(whole) <= 100:
        return whole
    return f"{word} {node.name}(\n    " + ",\n    ".join(_arguments(node.args)) + f",\n){returns}"


def _arguments(arguments: ast.arguments) -> list[str]:
    """The arguments one by one, as they are written."""
    parts, depth, start = [], 0, 0
    text = ast.unparse(arguments)
    for at, sign in enumerate(text):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and depth == 0:
            parts.append(text[start:at].strip())
            start = at + 1
    return [*parts, text[start:].strip()]
