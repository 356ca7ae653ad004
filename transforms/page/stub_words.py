"""What pages say in an article's place, in the languages of many feeds: not found, pay to read on, the whole is there.

Each pattern is matched against a whole headline or the beginning of a line of its own, never searched in sentences.
"""

from __future__ import annotations

import re


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in alternatives), re.IGNORECASE)


_THING = r"(?:the |this |that |requested |web ?)*(?:page|article|story|content|document|file|url|post)"
_ABSENT = (
    r"(?:(?:was|is|could|can|has|does|did|were)(?: been)?(?: ?n[o’']t| no longer|not)?(?: be| longer)? ?)?"
    r"(?:not found|found|exist(?:s|ed)?|available|unavailable|removed|deleted|missing)"
)
_READ = (
    r"(?:(?:continue|keep|finish) reading|read (?:on|more|the (?:full|whole|rest|entire)|this|it all)"
    r"|(?:unlock|get|view) (?:the|this|full))"
)

LOST = _any(
    r"(?:http )?(?:error )?404(?: error)?\W*",
    r"(?:(?:oops|sorry|uh[- ]?oh|whoops)\W+)?(?:(?:http )?(?:error )?404\W*)?(?:error\W*)?"
    rf"(?:{_THING} {_ABSENT}|not found)",
    r"(?:404\W*)?(?:diese |die )?seite (?:(?:wurde )?nicht gefunden|existiert nicht(?: mehr)?)",
    r"(?:404\W*)?page (?:introuvable|non trouvée)",
    r"(?:404\W*)?(?:la )?página (?:no (?:encontrada|existe|se encuentra|disponible)|não encontrada)",
    r"(?:404\W*)?pagina (?:non trovata|niet gevonden)",
    r"(?:404\W*)?sidan (?:hittades inte|finns inte|kunde inte hittas)|siden blev ikke fundet",
    r"strona nie (?:została )?znaleziona|страница не найдена|сторінку не знайдено",
    r"页面(?:不存在|未找到)|頁面不存在|找不到(?:页面|頁面)|ページが見つかりません(?:でした)?",
    r"الصفحة غير موجودة|הדף לא נמצא",
)
"""A headline of a page that was not found."""

GATE = _any(
    r"(?:please )?(?:subscribe|register|sign (?:in|up)|log ?in|become an? (?:\w+ )?(?:subscriber|member)|join|upgrade"
    r"|create (?:an?|your) (?:free )?account|start your (?:free )?trial)\b.{0,40}"
    rf"\b(?:to|and) (?:{_READ}|access|enjoy)",
    rf"to (?:{_READ}|access (?:this|the)).{{0,40}}"
    r"\b(?:subscribe|register|sign|log|become|join|create|choose|buy|you need)",
    r"(?:this|the (?:full|whole)|the rest of this) (?:article|story|content|post|report) is (?:only |exclusively )?"
    r"(?:available |reserved )?(?:for|to) (?:\w+ ){0,2}(?:subscribers|members)",
    r"already an? (?:subscriber|member)\b|(?:for )?(?:subscribers|members) only\b|subscriber exclusive",
    r"you(?:’ve|'ve| have) (?:reached|read|used) (?:your|all|the).{0,40}(?:articles?|limit)",
    r"(?:jetzt )?weiterlesen mit |(?:mit|für) .{0,20}abo weiterlesen|noch kein abo|bereits abonnent",
    r"(?:dieser|den ganzen) (?:artikel|text).{0,40}abonnenten",
    r"(?:article |contenu )?réservé (?:à nos|aux) abonnés|il vous reste .{0,30}à (?:lire|découvrir)|déjà abonné",
    r"suscr[ií]bete para (?:seguir|continuar)|contenido exclusivo para suscriptores|¿?ya (?:eres|es) suscriptor",
    r"contenuto riservato agli abbonati|(?:prenumerera|logga in) för att läsa",
)
"""The beginning of a line that asks for money or a name before it lets anyone read on."""

_WHOLE_STORY = (
    r"(?:continue|keep) reading",
    r"(?:read|see|view) (?:the )?(?:full|whole|rest|entire|complete|original)\b",
    r"(?:full|whole|original|complete) (?:story|article|post|report)",
    r"(?:to )?(?:read|continue) (?:it |the rest )?(?:on|at|in) \S",
    r"weiterlesen|ganzen artikel lesen|lire (?:la suite|l[’']article)|seguir leyendo",
    r"leer (?:la |el )?(?:nota|noticia|artículo) complet[ao]|continua a leggere|leggi tutto|lees verder",
    r"läs (?:hela|vidare)|читать (?:далее|полностью)",
)
WHOLE = _any(*(rf"\W*(?:{one}).{{0,60}}" for one in _WHOLE_STORY))
"""A link to all of a story that only begins here."""

MORE = _any(r"\W*(?:read|see|learn|find out) more\b.{0,40}", r"\W*more\W*")
"""A link to more, of this story or of another."""
