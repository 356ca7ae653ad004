"""Where the source of a cue stands: behind it, between quotation and cue, or where the tree says."""

from __future__ import annotations

from transforms.attribution import cues
from transforms.attribution.scene import ADJUNCTS, Scene, is_nominal, only_adverbs
from transforms.attribution.trees import NOUNS, SUBJECTS
from transforms.wordlist import wordset

_NO_SOURCE = wordset("that it in on at to by him her them me us")


def source_after_quote(scene: Scene, i: int) -> tuple[int, int] | None:
    """`"...," the mayor of Lodwar told reporters`: everything between the quotation and the cue is the source."""
    earlier = [q for q in scene.sentence.quotes if q.close <= scene.tokens[i].start]
    if not earlier:
        return None
    between = [j for j in scene.outside if earlier[-1].close <= scene.tokens[j].start < scene.tokens[i].start]
    while between and (
        scene.tokens[between[0]].pos in {"PUNCT", "CCONJ", "ADV"}
        or scene.tokens[between[0]].text in {",", "—", "–", "-"}
    ):
        between.pop(0)
    while between and scene.tokens[between[-1]].pos in {"ADV", "AUX", "PUNCT", "PART"}:
        between.pop()
    if not between or not is_nominal(scene.tokens[between[0]]) or len(between) > 30:
        return None
    relative = False
    for j in between:
        relative = relative or scene.tokens[j].tag in {"WP", "WDT", "WP$"}
        if scene.tokens[j].text in {";", "?", "!"} or (
            scene.tokens[j].tag in {"VBD", "VBZ", "VBP", "MD"} and not relative
        ):
            return None
    return scene.tokens[between[0]].start, scene.tokens[between[-1]].end


def inverted_source(scene: Scene, i: int) -> tuple[int, int] | None:
    """`"...," said NAME, a ROLE`: the source stands behind the cue."""
    before = scene.text[scene.sentence.start : scene.tokens[i].start].rstrip()
    ahead = i + 1
    if not before or ahead >= len(scene.tokens) or scene.tokens[i].tag == "VBG":
        return None
    quote = any(
        q.close <= scene.tokens[i].start and only_adverbs(scene, q.close, scene.tokens[i].start)
        for q in scene.sentence.quotes
    )
    first = scene.tokens[ahead]
    if not quote and (before[-1] not in ",—–" or any(c < i for c in scene.trees.children(i, *SUBJECTS))):
        return None
    if (
        first.start >= scene.sentence.end
        or scene.quoted(first.start)
        or first.text.lower() in _NO_SOURCE
        or not is_nominal(first)
    ):
        return None
    span = phrase_after(scene, ahead)
    after = scene.text[span[1] : scene.sentence.end].lstrip(" ")
    if not quote and not (not after or after[0] in ".,;—–" or after.split(" ")[0] in ADJUNCTS):
        return None
    if len(scene.trees.between(*span)) == 1 and first.pos == "DET":
        return None
    return span


def phrase_after(scene: Scene, ahead: int) -> tuple[int, int]:
    """The noun phrase that begins at token `ahead`, with its appositions."""
    end, comma = ahead, False
    pronoun = scene.tokens[ahead].tag == "PRP"
    for j in range(ahead + 1, min(ahead + 30, len(scene.tokens))):
        token = scene.tokens[j]
        low = token.text.lower()
        if (
            pronoun
            or token.start >= scene.sentence.end
            or scene.quoted(token.start)
            or token.text in {"!", "?", ";", ":", "—", "–"}
        ):
            break
        if token.text == ",":
            following = scene.tokens[j + 1] if j + 1 < len(scene.tokens) else token
            if (
                following.start >= scene.sentence.end
                or scene.quoted(following.start)
                or (following.tag in {"VBG", "IN", "CC", "RB", "WRB"} and following.text.lower() not in {"of"})
            ):
                break
            comma = True
            continue
        if token.tag in {"VBD", "VBZ", "VBP", "MD", "WP", "WDT", "TO"} and not (comma and token.tag in {"WP", "WDT"}):
            break
        if (
            low
            in {
                "during",
                "after",
                "before",
                "when",
                "while",
                "as",
                "about",
                "on",
                "in",
                "at",
                "to",
                "by",
                "through",
                "told",
            }
            and not comma
            and token.tag in {"IN", "TO", "WRB", "RP"}
        ):
            if low in {"at", "in"} and scene.tokens[j - 1].pos == "NOUN":
                end = j
                continue
            break
        if token.tag in {"WP", "WDT"}:
            break
        end = j
    while end > ahead and (
        scene.tokens[end].pos in {"PUNCT", "ADP", "CCONJ", "ADV", "DET"} or scene.tokens[end].text in {",", "“", '"'}
    ):
        end -= 1
    return scene.tokens[ahead].start, scene.tokens[end].end


def source_by_tree(scene: Scene, i: int) -> tuple[tuple[int, int] | None, int]:
    """By the tree: (span, -1), or (None, earlier cue) for a verb that shares its subject."""
    verb, seen = i, 0
    while seen < 4:
        subjects = [c for c in scene.trees.children(verb, *SUBJECTS) if not scene.quoted(scene.tokens[c].start)]
        subjects = [c for c in subjects if scene.sentence.start <= scene.tokens[c].start < scene.sentence.end]
        if subjects:
            span = subject_phrase(scene, verb, subjects[0], i)
            if verb != i and cues.FORMS.get(scene.tokens[verb].text.lower()):
                return span, verb
            return span, -1
        token = scene.tokens[verb]
        head = token.head
        if (
            head == verb
            or scene.quoted(scene.tokens[head].start)
            or not scene.sentence.start <= scene.tokens[head].start < scene.sentence.end
        ):
            return None, -1
        if token.dep in {"acl", "acl:relcl"} and scene.tokens[head].pos in NOUNS:
            return phrase_around(scene, head, i), -1
        if token.dep not in {"conj", "xcomp", "advcl", "parataxis", "root", "dep"} or scene.tokens[head].pos not in {
            "VERB",
            "AUX",
            "ADJ",
            "NOUN",
        }:
            return None, -1
        verb, seen = head, seen + 1
    return None, -1


def subject_phrase(scene: Scene, verb: int, subject: int, cue: int) -> tuple[int, int] | None:
    low = scene.tokens[subject].text.lower()
    if low in {"who", "which", "that"} and scene.tokens[verb].dep in {"acl:relcl", "acl"}:
        return phrase_around(scene, scene.tokens[verb].head, subject)
    if scene.tokens[subject].pos not in NOUNS and scene.tokens[subject].pos not in {"DET", "ADJ", "SYM", "X"}:
        return None
    return phrase_around(scene, subject, cue)


def phrase_around(scene: Scene, noun: int, cue: int) -> tuple[int, int] | None:
    low = max(0, scene.outside[0])
    high = min(scene.outside[-1], len(scene.tokens) - 1)
    if noun < cue:
        high = min(high, cue - 1)
    else:
        low = max(low, cue + 1)
    if not low <= noun <= high:
        return None
    first, last = scene.trees.noun_phrase(noun, low, high)
    return scene.tokens[first].start, scene.tokens[last].end


def phrase_before(scene: Scene, k: int, i: int) -> tuple[int, int] | None:
    """The noun phrase right before the cue, read off the parts of speech."""
    j = k - 1
    while j >= 0 and scene.tokens[scene.outside[j]].pos in {"ADV", "AUX", "PART"}:
        j -= 1
    last = j
    while j >= 0 and scene.outside[j] == scene.outside[last] - (last - j):
        token = scene.tokens[scene.outside[j]]
        if token.pos not in {"DET", "ADJ", "NOUN", "PROPN", "NUM", "PRON"} and not (
            token.tag == "POS" or token.text in {"of", "-", "."}
        ):
            break
        j -= 1
    if j == last:
        return None
    return scene.tokens[scene.outside[j + 1]].start, scene.tokens[scene.outside[last]].end
