"""Every figure, one after the other; each can be repeated alone by the command it is printed under.

python -m benchmarks
"""

from __future__ import annotations

import subprocess
import sys

PARTS = (
    ("benchmarks.pipeline", "CPU per article of the whole pipeline over bare extraction and bare nlp.pipe"),
    ("benchmarks.extraction", "extraction on the development part of the recorded pages, beside trafilatura"),
    ("benchmarks.copies", "copies found by sampled shingles, and false pairs"),
    ("benchmarks.reading", "names, claims and speakers on the articles the rules were tuned on, beside the bare model"),
)


def main() -> int:
    """Run each part in a process of its own; gives 1 if one of them failed."""
    failed = False
    for module, words in PARTS:
        print(f"\npython -m {module}: {words}", flush=True)
        failed |= subprocess.run([sys.executable, "-m", module], check=False).returncode != 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
