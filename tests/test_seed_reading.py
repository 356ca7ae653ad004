"""The seed article, read from its cleaned text: names, quotations and reported claims against people's annotation."""

import json
from pathlib import Path

import pytest

from pipeline.model import load
from pipeline.seeds import load_aliases
from transforms.annotate import annotate_text
from transforms.claims import claims
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
        self.claims = claims(self.text, seen, self.entities)

    def speaker(self, claim) -> str:
        return self.entities[claim.speaker].name if claim.speaker >= 0 else claim.speaker_status

    def overlap(self, claim, wanted: str) -> float:
        start = self.text.index(wanted)
        gold = set(range(start, start + len(wanted)))
        ours = {i for s in claim.content for i in range(s.start, s.end)}
        return len(gold & ours) / len(gold | ours)


@pytest.fixture(scope="module")
def seed():
    return Seed()


def test_every_direct_quotation_is_found_to_the_letter_and_none_has_a_wrong_speaker(seed):
    speakers = []
    for wanted in seed.gold["direct"]:
        found = [c for c in seed.claims if any(s.exact == wanted["text"] for s in c.content)]
        assert found, wanted["text"]
        speakers.append((seed.speaker(found[0]), wanted["speaker"]))
    right = [a for a, b in speakers if a == b]
    assert len(right) >= 10
    assert all(a in {b, "unresolved"} for a, b in speakers)


def test_at_least_half_of_the_reported_claims_are_found_with_their_speaker(seed):
    found = 0
    for wanted in seed.gold["reported"]:
        best = max(seed.claims, key=lambda c: seed.overlap(c, wanted["text"]))
        names = {e.name: {e.name, *e.aliases} for e in seed.entities}
        same = wanted["speaker"] in names.get(seed.speaker(best), {seed.speaker(best)})
        unnamed = best.speaker_status == "anonymous" and not any(wanted["speaker"] in forms for forms in names.values())
        found += seed.overlap(best, wanted["text"]) >= 0.5 and (same or unnamed)
    assert found >= 7


def test_its_names_are_found_with_their_labels(seed):
    def has(wanted) -> bool:
        names = {wanted["name"], *wanted["aliases"]}
        return any(e.label == wanted["label"] and names & {e.name, *e.aliases} for e in seed.entities)

    missed = [w["name"] for w in seed.gold["entities"] if not has(w)]
    assert len(missed) <= len(seed.gold["entities"]) - 29, missed


def test_what_the_source_got_wrong_is_noted_and_kept(seed):
    noted = {e.name: e.notes for e in seed.entities if e.notes}
    for error in seed.gold["source_errors"][:2]:
        forms = [e for e in seed.entities if error["text"] in (e.name, *e.aliases)]
        assert any(e.name in noted for e in forms), error["text"]
        assert any(m.exact == error["text"] for e in forms for m in e.mentions)
    assert any(NOTE_ACRONYM in notes for notes in noted.values())
