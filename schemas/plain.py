"""Text as plain letters, for comparison only: what is kept and written is always the text's own characters.

NFKC (Unicode Standard Annex 15) undoes mathematical alphanumerics, full-width, circled and squared letters and
ligatures. It leaves out negative circled and squared letters, small capitals, regional indicators and dingbat digits,
and it spells a parenthesised letter with its parentheses: the table below adds these.

What is undone, and by what (all of it in `plain`):

    𝐦𝐚𝐭𝐡𝐞𝐦𝐚𝐭𝐢𝐜𝐚𝐥, ｆｕｌｌ ｗｉｄｔｈ, ⓒⓘⓡⓒⓛⓔⓓ, 🅂🅀🅄🄰🅁🄴🄳, ligatures (ﬁ)      NFKC
    🅝🅔🅖🅐🅣🅘🅥🅔 forms, sᴍᴀʟʟ ᴄᴀᴘɪᴛᴀʟs, 🇷egional letters, ❶, ⒫arentheses      _LETTERS, _DIGITS
    “typographic” quotes and dashes                                              _TYPOGRAPHY
    zero-width characters, soft hyphens, marks of direction, tags, variation selectors, s̶t̶r̶o̶k̶e̶s̶, lines over, under
    and around letters                                                           _INVISIBLE
    Cyrillic and Greek look-alikes in Latin words (соpy)                         _TWINS, by `_untwinned`

A word counts as disguised by look-alikes only when it mixes scripts; words that are all look-alikes (а, сор) follow
when such a word stands beside them. Honest Cyrillic and Greek have no mixed words and stay. Letters turned upside down
are left as they are.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import chain

_LETTER = re.compile(
    r"(?:NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL|REGIONAL INDICATOR SYMBOL|LATIN LETTER SMALL CAPITAL"
    r"|(?:PARENTHESIZED|TORTOISE SHELL BRACKETED) LATIN (?:CAPITAL|SMALL))(?: LETTER)? ([A-Z])"
)
_HOMES = chain(
    range(0x249C, 0x24B6), range(0x1F110, 0x1F200), range(0x250, 0x2B0), range(0x1D00, 0x1D2C), (0xA730, 0xA731)
)
_LETTERS = {
    code: found[1].lower() if "SMALL" in found[0] else found[1]
    for code in _HOMES
    if (found := _LETTER.fullmatch(unicodedata.name(chr(code), "")))
}
_DIGITS = {
    code: str(int(unicodedata.numeric(chr(code)))) for code in chain(range(0x2776, 0x2794), range(0x24EB, 0x2500))
}
_TYPOGRAPHY = {
    **dict.fromkeys(map(ord, "‘’‚‛‹›′‵´ʼʹ"), "'"),
    **dict.fromkeys(map(ord, "“”„‟«»″‶〝〞〟"), '"'),
    **dict.fromkeys(map(ord, "‐‑‒–—―−⁃﹘﹣－⸺⸻"), "-"),
}
_INVISIBLE = dict.fromkeys(  # Unicode's default ignorable code points; strokes and frames laid over a letter
    chain(
        (0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
        range(0x180B, 0x1810),
        range(0x200B, 0x2010),
        range(0x202A, 0x202F),
        range(0x2060, 0x2070),
        range(0xFE00, 0xFE10),
        range(0xE0000, 0xE0200),
        (0x305, 0x332, 0x333, 0x33F),
        range(0x334, 0x339),
        range(0x20DD, 0x20E1),
        range(0x20E2, 0x20E5),
    )
)
_TABLE: dict[int, str | None] = {**_LETTERS, **_DIGITS, **_TYPOGRAPHY, **_INVISIBLE}

_TWINS = str.maketrans(  # Cyrillic and Greek letters -> the Latin ones that they look like
    "аеорсухіјѕһԁԛԝӏгкмптвиАВЕКМНОРСТУХІЈЅҮԚԜαοερνικτυχηΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijshdqwlrkmntbuABEKMHOPCTYXIJSYQWaoepviktuxnABEZHIKMNOPTYX",
)
_OTHER = "\u0370-\u03ff\u0400-\u052f"
_MIXED = re.compile(rf"[{_OTHER}]+[A-Za-z]|[A-Za-z]+[{_OTHER}]")
_WORDS = re.compile(rf"[A-Za-z{_OTHER}]+")

_DISGUISE = (
    "\U0001d400-\U0001d6a3\U0001d7ce-\U0001d7ff"  # mathematical Latin letters and digits
    "ℂℊℋℌℍℎℐℑℒℓℕℙℚℛℜℝℤℨℬℭℯℰℱℳℴℹ"  # the holes in that block
    "\u249c-\u24e9\U0001f110-\U0001f149\U0001f150-\U0001f169\U0001f170-\U0001f189"  # in brackets, circles, squares
    "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ"
)
_WIDE = "\uff21-\uff3a\uff41-\uff5a"  # honest letters among Chinese, Japanese and Korean ones
_WORD = re.compile(rf"[{_DISGUISE}]{{3,}}|[{_WIDE}]{{3,}}")
_SPACED = re.compile(rf"(?:[{_DISGUISE}{_WIDE}][ \u200b-\u200d\ufe0f]{{1,2}}){{4,}}[{_DISGUISE}{_WIDE}]")
_HIDDEN = re.compile(r"[A-Za-z][\u00ad\u200b\u2060\u0335-\u0338\u0332\u0333\ufeff]+(?=[A-Za-z])")  # something in a word
_EAST_ASIAN = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")


def plain(text: str) -> str:
    """Plain letters in their own case, straight quotes, "-" for every dash, nothing invisible, single blanks.

    ASCII text comes back with its white space collapsed.
    """
    if text.isascii():
        return " ".join(text.split())
    text = unicodedata.normalize("NFKC", text.translate(_TABLE)).translate(_TABLE)
    return " ".join(_untwinned(unicodedata.normalize("NFKC", text)).split())


def _untwinned(text: str) -> str:
    """Look-alikes of other scripts as Latin letters, in mixed words and, where there is one, in words all of them."""
    if not _MIXED.search(text):
        return text
    return _WORDS.sub(lambda word: _latin(word[0]), text)


def _latin(word: str) -> str:
    changed = word.translate(_TWINS)
    return changed if _MIXED.search(word) or changed.isascii() else word


def disguised(line: str) -> bool:
    """Whether the line spells words in letters that exist for formulas and ornaments, or of several scripts at once.

    A single 𝑥 of a formula is no word, and flags are no letters; full-width letters count only in a line without
    East Asian script, where they are usual.
    """
    if line.isascii():
        return False
    found = _WORD.search(line) or _SPACED.search(line)
    if not found:
        return len(_MIXED.findall(line)) >= 3 or len(_HIDDEN.findall(line)) >= 3
    wide = "\uff21" <= found[0][0] <= "\uff5a"
    return not (wide and _EAST_ASIAN.search(line))
