"""Where newsbeam's own seeds lie: beside the packages in a checkout, inside `pipeline` in a wheel."""

from __future__ import annotations

import csv
from pathlib import Path

from schemas.errors import ConfigError
from schemas.layoutfile import parse_layouts
from schemas.layouts import Layout
from schemas.rulefile import parse_rules
from schemas.rules import RuleBook
from schemas.sites import SiteIntent, parse_sites


def seeds() -> Path:
    """The folder with feeds.toml, rules/, sites/, aliases.csv and demo/."""
    packed = Path(__file__).parent / "_seeds"
    return packed if packed.is_dir() else Path(__file__).parents[1] / "seeds"


def load_rules(rules: str, sites: str) -> RuleBook:
    """All rule files of two folders ("": newsbeam's own). Raises ConfigError."""
    return parse_rules(_texts(rules, "rules") | _texts(sites, "sites"))


def load_sites(sites: str) -> dict[str, SiteIntent]:
    """What the files of a folder ("": newsbeam's own) set for their sites. Raises ConfigError."""
    return parse_sites(_texts(sites, "sites"))


def load_layouts(sites: str) -> dict[str, tuple[Layout, ...]]:
    """How the sites that a folder ("": newsbeam's own) has files for lay out their articles. Raises ConfigError."""
    return parse_layouts(_texts(sites, "sites"))


def site_texts(sites: str) -> dict[str, str]:
    """The files of a folder ("": newsbeam's own) of sites, by name. Raises ConfigError."""
    return _texts(sites, "sites")


def _texts(named: str, own: str) -> dict[str, str]:
    folder = Path(named) if named else seeds() / own
    if named and not folder.is_dir():
        raise ConfigError(f"there is no folder {folder}", remedy=f"check paths.{own}")
    return {str(file): file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.toml"))}


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
