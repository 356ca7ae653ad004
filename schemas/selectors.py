"""A small part of CSS: what a site's rules may select by, parsed once and checked where it stands in a file.

Tags, `#id`, `.class`, `[attribute]` with `= ~= |= ^= $= *=`, `:not(...)` of these, `:first-child`, `:nth-child(3)`,
parted by a blank (somewhere inside) or `>` (a child), and at the end `::attr(name)` for an attribute's value. What
looks at siblings or into an element (`~`, `+`, `:has()`, `:nth-last-child()`) is refused: every selector that is
allowed is decided in one walk of the page (`transforms/site_rules/select.py`), whoever wrote rule and page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cssselect import FunctionalPseudoElement, SelectorError, parse
from cssselect.parser import (
    Attrib,
    Class,
    CombinedSelector,
    Element,
    Function,
    Hash,
    Negation,
    Pseudo,
    Selector,
    Tree,
)

MAX_CHARS = 200
MAX_PARTS = 6  # compounds: `article .body > p` has three
MAX_TESTS = 12  # of one compound
OPERATORS = ("exists", "=", "~=", "|=", "^=", "$=", "*=")
_ATTRIBUTE = re.compile(r"[A-Za-z_:][\w:.-]{0,60}")


class Test(NamedTuple):
    """One condition on an element. `name` is an attribute's, `value` what it is compared with."""

    kind: str  # `attribute`, `nth`, and inside `:not()` also `tag`
    name: str
    operator: str
    value: str
    wanted: bool = True  # False: inside `:not()`


class Compound(NamedTuple):
    """What one element must be: its tag ("": any), its id, its classes, and more."""

    tag: str
    ids: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    tests: tuple[Test, ...] = ()
    child: bool = False  # of the element that the compound before it means, not only somewhere inside it


class Css(NamedTuple):
    """One selector: compounds from the outermost to the element that is meant."""

    text: str
    parts: tuple[Compound, ...]
    attribute: str = ""  # whose value is meant; "": the element's text


class BadSelector(ValueError):
    """Why a text is no selector that may be used, and what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        self.what, self.remedy = what, remedy
        super().__init__(what)


def compile_css(text: str) -> tuple[Css, ...]:
    """The selectors of a text; several are parted by commas. Raises BadSelector."""
    if len(text) > MAX_CHARS:
        raise BadSelector(f"{len(text)} characters are too many", f"at most {MAX_CHARS}; a stable selector is short")
    try:
        found = parse(text)
    except SelectorError as error:
        raise BadSelector(f"this is no CSS selector: {error}", 'write for instance "article .body > p"') from None
    return tuple(_css(one, text.strip() if len(found) == 1 else one.canonical()) for one in found)


def _css(selector: Selector, text: str) -> Css:
    attribute = ""
    if (pseudo := selector.pseudo_element) is not None:
        if not isinstance(pseudo, FunctionalPseudoElement) or pseudo.name != "attr":
            raise BadSelector("only ::attr(name) may stand at the end", "the text of an element is meant without it")
        names = [token.value for token in pseudo.arguments]
        if len(names) != 1 or not isinstance(names[0], str) or not _ATTRIBUTE.fullmatch(names[0]):
            raise BadSelector("::attr() takes the name of one attribute", "write for instance ::attr(datetime)")
        attribute = names[0].lower()
    parts = tuple(_parts(selector.parsed_tree))
    if len(parts) > MAX_PARTS:
        raise BadSelector(f"{len(parts)} parts are too many", f"at most {MAX_PARTS}; leave out what stands outside")
    return Css(text, parts, attribute)


def _parts(tree: Tree) -> Iterator[Compound]:
    chain: list[tuple[Tree, str]] = []
    while isinstance(tree, CombinedSelector):
        chain.append((tree.subselector, tree.combinator))
        tree = tree.selector
    yield _compound(tree, " ")
    for part, combinator in reversed(chain):
        yield _compound(part, combinator)


def _compound(tree: Tree, combinator: str) -> Compound:
    if combinator not in (" ", ">"):
        raise BadSelector(f"{combinator!r} looks at siblings", "use a blank (inside) or > (a child of)")
    ids: list[str] = []
    classes: list[str] = []
    tests: list[Test] = []
    while not isinstance(tree, Element):
        if isinstance(tree, Hash):
            ids.append(tree.id)
        elif isinstance(tree, Class):
            classes.append(tree.class_name)
        elif isinstance(tree, Negation):
            tests += [test._replace(wanted=False) for test in _simple(tree.subselector)]
        elif isinstance(tree, Attrib | Pseudo | Function):
            tests.append(_test(tree))
        else:
            raise BadSelector(f"{tree!r} may not be used", "tags, ids, classes, attributes, :not(), :nth-child()")
        tree = tree.selector
    if tree.namespace:
        raise BadSelector("a namespace is not known here", "leave out what stands before |")
    if len(tests) > MAX_TESTS:
        raise BadSelector(f"{len(tests)} conditions on one element are too many", f"at most {MAX_TESTS}")
    return Compound((tree.element or "").lower(), tuple(ids), tuple(classes), tuple(tests), combinator == ">")


def _simple(tree: Tree) -> list[Test]:
    """What stands in `:not()`: one tag, class, id or attribute."""
    inner = _compound(tree, " ")
    named = [Test("tag", "", "=", inner.tag)] if inner.tag else []
    found = [
        *named,
        *(Test("attribute", "id", "=", name) for name in inner.ids),
        *(Test("attribute", "class", "~=", name) for name in inner.classes),
        *inner.tests,
    ]
    if len(found) != 1 or not found[0].wanted:
        raise BadSelector(":not() takes one tag, class, id or attribute", "write several :not() one after the other")
    return found


def _test(tree: Attrib | Pseudo | Function) -> Test:
    if isinstance(tree, Pseudo):
        if tree.ident == "first-child":
            return Test("nth", "", "=", "1")
        raise BadSelector(f":{tree.ident} may not be used", "of these only :first-child, :nth-child(3) and :not()")
    if isinstance(tree, Function):
        number = "".join(str(token.value) for token in tree.arguments)
        if tree.name == "nth-child" and number.isascii() and number.isdigit() and 0 < int(number) < 1_000:
            return Test("nth", "", "=", str(int(number)))
        raise BadSelector(f":{tree.name}({number}) may not be used", "only :nth-child() with a number")
    if tree.operator not in OPERATORS:
        raise BadSelector(f"[{tree.attrib}{tree.operator}...] is not known", f"one of {' '.join(OPERATORS[1:])}")
    value = str(tree.value.value) if tree.value is not None else ""
    if not value and tree.operator in ("~=", "^=", "$=", "*="):
        raise BadSelector(f"[{tree.attrib}{tree.operator}''] matches nothing", "say what the value holds")
    return Test("attribute", tree.attrib.lower(), tree.operator, value)
