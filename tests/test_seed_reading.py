"""The seed article's own slips, read from its cleaned text. Its scores are held by `benchmarks/floors.toml`."""

import json
from pathlib import Path

import pytest

from pipeline.model import load
from pipeline.seeds import load_aliases
from transforms.annotation import annotate_text
from transforms.entities import NOTE_ACRONYM, entities

SEED = Path(__file__).parents[1].parent / "shared" / "seed"

pytestmark = pytest.mark.skipif(not SEED.is_dir(), reason=f"the seed article is not here: {SEED}")


class Seed:
    def __init__(self) -> None:
        self.gold = json.loads((SEED / "gold.json").read_text())
        removed = tuple(line for rule in self.gold["removed"] for line in rule["lines"])
        lines = (SEED / "article.txt").read_text().split("\n")
        self.text = "\n".join(line for line in lines if not line.startswith(removed)).strip()
        seen = annotate_text(load("en_newsbeam_sm"), self.text)
        self.entities = entities(self.text, seen, load_aliases(""))


@pytest.fixture(scope="module")
def seed():
    return Seed()


def test_what_the_source_got_wrong_is_noted_and_kept(seed):
    noted = {e.name: e.notes for e in seed.entities if e.notes}
    for error in seed.gold["source_errors"][:2]:
        forms = [e for e in seed.entities if error["text"] in (e.name, *e.aliases)]
        assert any(e.name in noted for e in forms), error["text"]
        assert any(m.exact == error["text"] for e in forms for m in e.mentions)
    assert any(NOTE_ACRONYM in notes for notes in noted.values())
