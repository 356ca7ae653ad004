"""Where newsbeam's own seeds lie: beside the packages in a checkout, inside `pipeline` in a wheel."""

from __future__ import annotations

import csv
from pathlib import Path

from schemas.errors import ConfigError
from schemas.rulefile import parse_rules
from schemas.rules import RuleBook


def seeds() -> Path:
    """The folder with feeds.toml, rules/, sites/, aliases.csv and demo/."""
    packed = Path(__file__).parent / "_seeds"
    return packed if packed.is_dir() else Path(__file__).parents[1] / "seeds"


def load_rules(rules: str, sites: str) -> RuleBook:
    """All rule files of two folders ("": newsbeam's own). Raises ConfigError."""
    texts: dict[str, str] = {}
    for folder in (Path(rules) if rules else seeds() / "rules", Path(sites) if sites else seeds() / "sites"):
        if (rules or sites) and not folder.is_dir():
            raise ConfigError(f"there is no folder {folder}", remedy="check paths.rules and paths.sites")
        for file in sorted(folder.glob("*.toml")):
            texts[str(file)] = file.read_text(encoding="utf-8")
    return parse_rules(texts)


def load_aliases(path: str) -> tuple[tuple[str, str, str], ...]:
    """Rows (alias, canonical name, label). Raises ConfigError with the line of a row that is not three cells."""
    file = Path(path) if path else seeds() / "aliases.csv"
    rows = []
    with file.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.reader(lines), 1):
            if len(row) != 3 or not all(cell.strip() for cell in row):
                raise ConfigError(
                    f"an alias is three cells, this row has {len(row)}",
                    file=str(file),
                    line=number,
                    remedy="alias,canonical name,label",
                )
            if number > 1:
                rows.append((row[0].strip(), row[1].strip(), row[2].strip()))
    return tuple(rows)
