"""The seed article, read by `newsbeam try` as a user would, against people's annotations of it.

    python -m benchmarks.seed

Removals, quotations and entities are counted when they agree to the letter. A quotation's speaker is wrong when
somebody else is named; `unresolved` is not wrong. A reported claim is found when a claim's content overlaps it by
IoU >= 0.5 and has its speaker, or calls a speaker unnamed who has no name in the article.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from benchmarks.figures import SHARED, table
from benchmarks.rows import HEAD, Row, cells

FOLDER = SHARED / "seed"
REPEAT = "python -m benchmarks.seed"


def answer() -> dict[str, Any]:
    """What `newsbeam try` says of the seed. Raises CalledProcessError when it fails."""
    command = [sys.executable, "-m", "pipeline.cli", "try", str(FOLDER / "article.txt"), "--json"]
    line: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return line


def score(said: dict[str, Any], gold: dict[str, Any]) -> dict[str, float]:
    """Counts, by the name of what was counted."""
    removed = [line for removal in said["article"]["removals"] for line in removal["exact"].split("\n") if line.strip()]
    wanted = [line for rule in gold["removed"] for line in rule["lines"]]
    forms = {e["name"]: {e["name"], *(m["exact"] for m in e["mentions"])} for e in said["entities"]}
    found = [_quoted(said, quotation["text"]) for quotation in gold["direct"]]
    speakers = [(claim["speaker"], q["speaker"]) for claim, q in zip(found, gold["direct"], strict=True) if claim]
    return {
        "lines rightly removed": sum(line in removed for line in wanted),
        "lines wrongly removed": sum(line not in wanted for line in removed),
        "quotations": sum(claim is not None for claim in found),
        "speakers right": sum(one is not None and other in forms[one] for one, other in speakers),
        "speakers wrong": sum(one is not None and other not in forms[one] for one, other in speakers),
        "reported claims": sum(_reported(said, claim, forms) for claim in gold["reported"]),
        "entities": sum(_entity(said, forms, wanted) for wanted in gold["entities"]),
    }


def _quoted(said: dict[str, Any], text: str) -> dict[str, Any] | None:
    return next((c for c in said["claims"] if any(span["exact"] == text for span in c["content"])), None)


def _reported(said: dict[str, Any], wanted: dict[str, Any], forms: dict[str, set[str]]) -> bool:
    """Whether a claim holds these words and has the right source.

    The gold gives the first words of a content, not all of it. Its source is right where the claim's source are the
    words that the gold gives, or where its speaker is the one so named; a speaker of other words is none of it.
    """
    return any(_holds(claim, wanted["text"]) and _sourced(claim, wanted["speaker"], forms) for claim in said["claims"])


def _holds(claim: dict[str, Any], words: str) -> bool:
    return any(words in span["exact"] for span in claim["content"])


def _sourced(claim: dict[str, Any], wanted: str, forms: dict[str, set[str]]) -> bool:
    if claim["speaker"] is not None and wanted in forms[claim["speaker"]]:
        return True
    words = {span["exact"].casefold() for span in claim["source"]}
    return wanted.casefold() in words and not any(wanted in names for names in forms.values())


def _entity(said: dict[str, Any], forms: dict[str, set[str]], wanted: dict[str, Any]) -> bool:
    names = {wanted["name"], *wanted["aliases"]}
    return any(e["label"] == wanted["label"] and names & forms[e["name"]] for e in said["entities"])


def rows() -> list[Row]:
    gold = json.loads((FOLDER / "gold.json").read_text(encoding="utf-8"))
    most = {
        "lines rightly removed": sum(len(rule["lines"]) for rule in gold["removed"]),
        "quotations": len(gold["direct"]),
        "speakers right": len(gold["direct"]),
        "reported claims": len(gold["reported"]),
        "entities": len(gold["entities"]),
    }
    return [
        Row(f"seed: {name}", value, "people's annotation" if name in most else "", most.get(name), REPEAT)
        for name, value in score(answer(), gold).items()
    ]


def main() -> int:
    if not FOLDER.is_dir():
        print(f"the seed article is not here: {FOLDER}", file=sys.stderr)
        return 1
    print(table([cells(row) for row in rows()], HEAD))
    return 0


if __name__ == "__main__":
    sys.exit(main())
