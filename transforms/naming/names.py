"""What a name's letters say: titles, possessives, surnames, acronyms, misspellings. Pure functions on strings."""

from __future__ import annotations

import re

from transforms.wordlist import wordset

TITLES = wordset(
    """mr mrs ms miss dr prof professor sir dame lord lady judge justice president vice chairman chairwoman chair
    general gen brigadier brig lieutenant lt colonel col major maj captain capt sergeant sgt corporal cpl admiral
    adm commander cmdr cdr private pvt officer inspector superintendent supt detective det constable const chief
    sheriff senator sen representative rep congressman congresswoman governor gov mayor minister prime secretary
    ambassador councillor councilor councilman councilwoman alderman attorney pastor reverend rev father fr sister
    brother bishop archbishop cardinal pope imam sheikh shaikh rabbi ayatollah mullah maulana king queen prince
    princess duke duchess coach director chancellor premier deputy speaker mp mep hon engr alhaji barrister barr
    spokesman spokeswoman spokesperson spokesmen master spc pfc staff warrant field marshal air commodore wing
    squadron leader monsignor msgr nana oba emir sultan madam mme datuk dato tan hajiya hajia shri smt gogo mama
    chairperson assemblywoman assemblyman comrade cde trooper auxiliary crown sr jr dc pc wpc det-sgt cllr"""
)
_TITLE_WORD = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)?)\.?\s+")
_HE = wordset(
    """mr sir lord congressman councilman chairman spokesman king prince duke father fr brother pope imam sheikh"""
)
_SHE = wordset(
    """mrs ms miss dame lady congresswoman councilwoman chairwoman spokeswoman queen princess duchess sister"""
)
_PARTICLES = wordset("""al bin ibn bint de da del della di dos du van von der den la le el ben abu ul ur y ter""")
_SUFFIXES = wordset("jr sr ii iii iv phd md qc kc esq")
_SMALL = wordset("""of the and for in on to de la du des del y e et und für a an at by with al los las & do da""")
_LETTERS = re.compile(r"[^\W_]+")
_ACRONYM, _WAYS = 9, 200  # letters of an acronym, digits among them; ways to spell one name
_WORDS = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*\.?")


def strip_titles(name: str) -> int:
    """How many characters of titles a person's name begins with: "Brig. Gen. Pat Ryder" -> 11. 0 for a bare title."""
    cut = 0
    while match := _TITLE_WORD.match(name, cut):
        if match[1].lower() not in TITLES or match.end() >= len(name):
            break
        cut = match.end()
    return cut


def strip_possessive(name: str) -> int:
    """How many characters of a possessive the name ends with."""
    for ending in ("'s", "’s"):
        if name.endswith(ending) and len(name) > len(ending):
            return len(ending)
    return 1 if name.endswith(("s’", "s'")) and len(name) > 3 else 0


def words(name: str) -> list[str]:
    return _WORDS.findall(name)


def surname(name: str) -> str:
    """The family name as news writes it alone: the last word, with particles joined by a hyphen; "" for one word."""
    parts = name.split()
    while len(parts) > 1 and parts[-1].strip(".,").lower() in _SUFFIXES:
        parts.pop()
    return parts[-1].strip(",") if len(parts) > 1 else ""


def short_forms(name: str) -> list[str]:
    """The ways in which a person's full name is taken up again: surname, with its particles, first surname of two."""
    parts = name.split()
    while len(parts) > 1 and parts[-1].strip(".,").lower() in _SUFFIXES:
        parts.pop()
    if len(parts) < 2:
        return []
    forms = [parts[-1].strip(",")]
    at = len(parts) - 1
    while at > 1 and parts[at - 1].lower() in _PARTICLES:
        at -= 1
        forms.append(" ".join(parts[at:]))
    if len(parts) >= 3 and at == len(parts) - 1 and len(parts[-2].strip(".")) > 2:
        forms.append(" ".join(parts[-2:]))  # Spanish, Portuguese: both surnames
        forms.append(parts[-2])
    for form in list(forms):
        tail = form.partition("-")
        if tail[0].lower() in _PARTICLES and tail[2]:
            forms.append(tail[2])  # al-Jubouri -> Jubouri
    return [form for form in forms if len(form) > 1]


def gender_of_title(title: str) -> str:
    """`he`, `she` or "" for the words before a name."""
    found = {word.strip(".").lower() for word in title.split()}
    return "he" if found & _HE and not found & _SHE else "she" if found & _SHE and not found & _HE else ""


def is_acronym(name: str) -> bool:
    letters = [c for c in name if c.isalpha()]
    return 2 <= len(letters) <= 7 and sum(c.isupper() for c in letters) >= max(2, len(letters) - 1) and " " not in name


def initials(name: str) -> frozenset[str]:
    """What the first letters of a name's words may spell, in lower case: small words count or are skipped. Of two to
    nine letters, as acronyms are; none of a name that is too long to have one."""
    found = {""}
    for word in _LETTERS.findall(name.replace("’", "").replace("'", "")):
        longer = {begun + word[0].lower() for begun in found if len(begun) < _ACRONYM}
        found = longer | found if word.lower() in _SMALL else longer
        if not found or len(found) > _WAYS:
            return frozenset()
    return frozenset(letters for letters in found if len(letters) >= 2)


def could_spell(acronym: str, name: str) -> bool:
    """Whether the acronym's letters occur in the name in order: true of most real short forms, false of a slip."""
    rest = iter(name.lower())
    return all(c.lower() in rest for c in acronym if c.isalnum())


def near_miss(name: str, known: str) -> bool:
    """Whether `name` looks like `known` misspelt: as many words, and one of them off by one edit."""
    mine, theirs = name.split(), known.split()
    if name == known or len(mine) != len(theirs) or len(mine) < 2:
        return False
    differ = [(a, b) for a, b in zip(mine, theirs, strict=True) if a != b]
    return len(differ) == 1 and min(map(len, differ[0])) >= 4 and one_edit(*differ[0])


def one_edit(a: str, b: str) -> bool:
    """Levenshtein distance of exactly one, or two neighbours swapped."""
    if abs(len(a) - len(b)) > 1 or a == b:
        return False
    i = 0
    while i < min(len(a), len(b)) and a[i] == b[i]:
        i += 1
    swapped = len(a) == len(b) and a[i + 2 :] == b[i + 2 :] and a[i : i + 2] == b[i : i + 2][::-1]
    return swapped or a[i + 1 :] == b[i + 1 :] or a[i + 1 :] == b[i:] or a[i:] == b[i + 1 :]
