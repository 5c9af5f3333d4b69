"""A WMS's exports as the command line calls them: which file is which table, the mapping kept beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layouts.wms.fields import TABLES
from layouts.wms.findings import Findings
from layouts.wms.inference import infer_mapping
from layouts.wms.mapping import WmsMapping, read_mapping, write_mapping
from layouts.wms.tables import WmsTables, dry_run, load
from layouts.wms.write_tables import lines_without_place, write_scenario_tables, write_tables
from server.site_files import require_room, write_json
from spatial.errors import BadDataError
from spatial.model_yaml import validated

MAPPING, REPORT, QUARANTINE = "wms-mapping.yaml", "wms-report.json", "quarantine"
SUFFIXES = (".csv", ".txt", ".tsv", ".parquet")


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What was loaded, by which mapping, the names of the files that were written of it, and how many lines of which
    SKUs orders.csv leaves out because they lie nowhere.
    """

    tables: WmsTables
    mapping: WmsMapping
    files: tuple[str, ...]
    lines_without_place: int
    skus_without_place: tuple[str, ...]

    def to_record(self) -> dict[str, Any]:
        """Rows by table, those set aside, and every finding."""
        return {
            "tables": {
                name: {"rows": len(rows), "quarantined": self.tables.quarantined[name]}
                for name, rows in self.tables.tables.items()
            },
            "files": list(self.files),
            "without_place": {"lines": self.lines_without_place, "skus": list(self.skus_without_place)},
            **self.tables.findings.to_record(),
        }


def tables_of(names: Sequence[str]) -> dict[str, Path]:
    """The file of each table: `TABLE=FILE`, a file named as a table, or a folder of such files.

    Raises ValueError for a file that is no table by its name, for a table that comes twice, and for none at all.
    """
    files: dict[str, Path] = {}
    for name in names:
        table, told, path = name.partition("=")
        found = {table: Path(path)} if told and table in TABLES else _found(Path(name))
        for one, its in found.items():
            if one in files:
                raise ValueError(
                    f"the table of {one} comes twice: {files[one]} and {its}; name one with {one}="
                )
            files[one] = its
    return {table: files[table] for table in TABLES if table in files}


def passed_over(names: Sequence[str]) -> tuple[str, ...]:
    """A sentence for each table-like file in a folder of `names` whose own name is no table's."""
    folders = [Path(name) for name in names if Path(name).is_dir()]
    return tuple(
        f"{file} is not read, its name is no table's: to read it, name it with TABLE={file}"
        for folder in folders
        for file in _inside(folder)
        if file.stem.lower() not in TABLES
    )


def _inside(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.iterdir()) if file.suffix.lower() in SUFFIXES]


def _found(path: Path) -> dict[str, Path]:
    if path.is_dir():
        inside = _inside(path)
        found = {file.stem.lower(): file for file in inside if file.stem.lower() in TABLES}
        if not found:
            raise ValueError(
                f"{path} holds no file that is named as a table: name them {', '.join(TABLES)}.csv or .parquet, "
                "or say which is which, as locations=bins.csv"
            )
        return found
    if not path.suffix and not path.exists():
        raise ValueError(f"there is no folder '{path}': check the path, or give the tables one by one")
    if path.stem.lower() not in TABLES:
        raise ValueError(
            f"'{path}' does not say which table it is: write TABLE={path.name} with one of {', '.join(TABLES)}"
        )
    return {path.stem.lower(): path}


def mapping_of(
    files: Mapping[str, Path], saved: Path | None, settings: Sequence[Mapping[str, Any]]
) -> WmsMapping:
    """What the `saved` mapping and the `settings` on top of it tell, and the rest inferred from the files."""
    told = merged_settings(WmsMapping() if saved is None else read_mapping(saved), settings)
    try:
        return infer_mapping(files, told=told)
    except BadDataError as error:
        if "set " not in str(error):
            raise
        apart = "\n" if "\n" in str(error) else "; "
        raise BadDataError(f"{error}{apart}with --set KEY=VALUE, or in a file for --mapping") from error


def merged_settings(told: WmsMapping, settings: Sequence[Mapping[str, Any]]) -> WmsMapping:
    """What is `told`, with the `settings` on top of it; BadDataError for one that no mapping has."""
    for entry in settings:
        told = validated(_laid_over(told.model_dump(exclude_none=True), entry), WmsMapping, source="--set")
    return told


def setting_of(text: str) -> dict[str, Any]:
    """`tables.items.decimal=,` as nested values, several as `[2, 3]`; ValueError without a key or a value."""
    key, told, value = text.partition("=")
    parts = key.split(".")
    if not (told and value and all(parts)):
        raise ValueError(f"'{text}' sets nothing: write KEY=VALUE, as tables.items.decimal=,")
    is_several = value.startswith("[") and value.endswith("]")
    nested: Any = [each.strip() for each in value[1:-1].split(",")] if is_several else value
    for part in reversed(parts):
        nested = {part: nested}
    return dict(nested)


def _laid_over(under: Any, over: Any) -> Any:
    if not (isinstance(under, dict) and isinstance(over, dict)):
        return over
    return under | {key: _laid_over(under.get(key), value) for key, value in over.items()}


def check_exports(files: Mapping[str, Path], mapping: WmsMapping, save: Path | None) -> Findings:
    """Every defect of the files; the mapping is saved where that is asked for."""
    findings = dry_run(files, mapping)
    if save is not None:
        write_mapping(save, mapping)
    return findings


def load_exports(files: Mapping[str, Path], mapping: WmsMapping, folder: Path) -> Loaded:
    """Load the clean rows into `folder`: a Parquet a table, the tables of a scenario, the mapping, the report.

    Bad rows go to `quarantine/`. Lines of SKUs that lie nowhere stay out of orders.csv and are told. Raises
    BadDataError before anything is written for a file that has a fault of no single row.
    """
    require_room(folder)
    if folder.resolve() in {path.resolve().parent for path in files.values()}:
        raise BadDataError(f"{folder} holds the exports themselves: choose another --output")
    loaded = load(files, mapping, quarantine=folder / QUARANTINE)
    names = (*write_tables(folder, loaded), *write_scenario_tables(folder, loaded))
    write_mapping(folder / MAPPING, mapping)
    unplaced = lines_without_place(loaded)["sku"]
    done = Loaded(
        tables=loaded,
        mapping=mapping,
        files=names,
        lines_without_place=len(unplaced),
        skus_without_place=tuple(sorted(unplaced.unique().to_pylist())),
    )
    write_json(folder / REPORT, done.to_record())
    return done
