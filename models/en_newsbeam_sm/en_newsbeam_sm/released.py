"""The file of weights: a zip, with its sha256 in a file beside it. Needs Python alone, so that a run can look first."""

from __future__ import annotations

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parent / "data" / "reader"
FILE, SUM = "reader.zip", "reader.zip.sha256"
REMEDY = "install the package again: uv pip install --force-reinstall --no-deps en_newsbeam_sm"


class DamagedWeights(OSError):
    """The file of weights is missing or is not the one that was released."""


def checked(folder: Path = FOLDER) -> bytes:
    """The bytes of the file of weights. Raises DamagedWeights, naming file, expected and found sha256, and remedy."""
    path = folder / FILE
    try:
        expected = (folder / SUM).read_text(encoding="ascii").split()[0]
    except (OSError, ValueError, IndexError) as error:
        raise DamagedWeights(f"{folder / SUM} cannot be read ({error}); {REMEDY}") from error
    data = path.read_bytes() if path.is_file() else None
    found = "no file" if data is None else hashlib.sha256(data).hexdigest()
    if data is None or found != expected:
        raise DamagedWeights(f"{path} is damaged: expected sha256 {expected}, found {found}; {REMEDY}")
    return data
