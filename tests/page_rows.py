"""The table of bad pages: what comes under an article's address, and the named result that each ends in.

A row is read by the real steps in the guarded pool (`tests/test_page_rows.py`). `holds` stands in the article's text,
`lacks` does not; `flags` are exactly those of the article.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from hostile import PDF, WALL, spanish

from schemas.words import Disposition

WRITTEN, NOT_ARTICLE, TOO_SHORT = Disposition.WRITTEN, Disposition.NOT_ARTICLE, Disposition.TOO_SHORT
HTML = "text/html; charset=utf-8"
MEGABYTE = 1_000_000

LINES = (
    "The harbour council voted on Tuesday night to close the old bridge for two years, its chair said.",
    "“We’ve put this off for as long as we could,” said Ann Bée, who leads the council’s works committee.",
    "Shopkeepers on the north bank, who fear for their trade, asked the court to stop the works until autumn.",
    "The court will hear them in June, and the engineers say that they can wait for that long but no longer.",
    "A ferry is to run every ten minutes from the first of May — for £2 a ride, or nothing for those under twelve.",
)
TITLE = "Old bridge closes for two years"
STORY = "".join(f"<p>{line}</p>" for line in LINES)
ALL = (*LINES,)
ARABIC = (
    "قال رئيس المجلس البلدي يوم الثلاثاء إن الجسر القديم سيغلق لمدة عامين بسبب أعمال الترميم التي تأجلت مرات عدة.",
    "وطلب أصحاب المتاجر في الضفة الشمالية من المحكمة وقف الأعمال حتى الخريف خوفا على تجارتهم ومصدر رزقهم.",
    "وستنظر المحكمة في الطلب في شهر يونيو، ويقول المهندسون إنهم يستطيعون الانتظار حتى ذلك الوقت لا أكثر من ذلك.",
    "وستعمل عبارة كل عشر دقائق من أول مايو مقابل أجر زهيد، ومجانا لمن هم دون الثانية عشرة من العمر.",
)
HEBREW = (
    "יושב ראש המועצה אמר ביום שלישי כי הגשר הישן ייסגר לשנתיים בשל עבודות שיפוץ שנדחו שוב ושוב בשנים האחרונות.",
    "בעלי החנויות בגדה הצפונית ביקשו מבית המשפט לעצור את העבודות עד הסתיו מחשש לפרנסתם ולעתיד הרובע כולו.",
    "בית המשפט ידון בבקשה בחודש יוני, והמהנדסים אומרים שהם יכולים להמתין עד אז אך לא יותר מכך בשום אופן.",
    "מעבורת תפעל כל עשר דקות החל מהאחד במאי תמורת תשלום סמלי, וללא תשלום לילדים מתחת לגיל שתים עשרה.",
)
CHINESE = (
    "市议会主席星期二晚上表示，老桥将关闭两年进行维修，这项工程此前已经多次推迟，居民对此早有怨言。",
    "北岸的店主担心生意受到影响，要求法院在秋天之前停止施工，并请市政府说明为什么不先修建临时通道。",
    "法院将于六月审理此案，工程师表示他们可以等到那个时候，但是不能再晚，否则桥墩将无法承受冬天的洪水。",
    "从五月一日起，渡轮将每十分钟开行一班，票价很低，十二岁以下的儿童免费，老人凭证件也可以免费乘坐。",
)
JAPANESE = (
    "市議会の議長は火曜日の夜、老朽化した橋を二年間閉鎖すると発表した。工事はこれまで何度も延期されてきた。",
    "北岸の商店主たちは客足が遠のくことを恐れ、秋まで工事を止めるよう裁判所に求めた。審理は六月に始まる。",
    "技術者たちはそれまでなら待てるが、それ以上は待てないと話している。冬の洪水で橋脚が傷む恐れがあるためだ。",
    "五月一日からは渡し船が十分おきに運航し、十二歳未満の子どもは無料で乗ることができると市は説明している。",
)
RUSSIAN = (
    "Председатель городского совета сообщил во вторник вечером, что старый мост закроют на два года для ремонта.",
    "Владельцы магазинов на северном берегу опасаются за свою торговлю и просят суд остановить работы до осени.",
    "Суд рассмотрит их просьбу в июне, а инженеры говорят, что могут подождать до этого срока, но никак не дольше.",
    "Паром будет ходить каждые десять минут с первого мая, и дети до двенадцати лет смогут ездить на нём бесплатно.",
)


class Row(NamedTuple):
    body: bytes
    ends: Disposition = WRITTEN
    words: str = ""  # of the reason
    holds: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    language: str = ""
    content_type: str = HTML
    url: str = "https://www.harbour-post.example/2031/05/old-bridge-closes"


def told(lines: tuple[str, ...]) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def page(body: str, head: str = "", *, title: str = TITLE, attributes: str = 'lang="en"') -> str:
    nav = "<header><nav><a href='/'>Home</a> <a href='/world'>World</a> <a href='/sport'>Sport</a></nav></header>"
    foot = "<footer>Harbour Post, 4 Quay Street. <a href='/terms'>Terms</a> <a href='/imprint'>Imprint</a></footer>"
    return (
        f"<!doctype html><html {attributes}><head><title>{title}</title>{head}</head>"
        f"<body>{nav}{body}{foot}</body></html>"
    )


def article(inside: str = STORY, head: str = "", *, title: str = TITLE, attributes: str = 'lang="en"') -> str:
    return page(f"<main><article><h1>{title}</h1>{inside}</article></main>", head, title=title, attributes=attributes)


def ld(**fields: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@context": "https://schema.org", **fields})}</script>'


def garbled(text: str, times: int = 1) -> str:
    """UTF-8 that somebody took for windows-1252, as a careless import leaves it."""
    for _ in range(times):
        text = "".join(bytes([b]).decode("cp1252", "replace").replace("\ufffd", chr(b)) for b in text.encode())
    return text


DEEP = 10_000
XHTML = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" '
    '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\n<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en">'
    '<head><title>Old bridge closes</title><script src="/a.js"/><script type="text/javascript">//<![CDATA[\n'
    'if (1 < 2 && true) document.write("<p>not this</p>");\n//]]></script></head><body><div id="main"><h1>Old bridge '
    'closes</h1><a name="top"/>{}<br/></div></body></html>'
)
ENTITIES = STORY.replace("é", "&eacute;").replace("“", "&ldquo;").replace("”", "&rdquo;").replace("’", "&#8217;")
ENTITIES = ENTITIES.replace("—", "&mdash;").replace("£", "&pound;").replace(" A ferry", "&nbsp;A ferry")
SCRIPT = "<script>var a = [" + "'x<y && \"z\"', " * (20 * MEGABYTE // 15) + "];</script>"
LOST = "<h1>{}</h1><p>{}</p><ul><li><a href='/'>Front page</a></li><li><a href='/search'>Search</a></li></ul>"
SORRY = (
    "Sorry, the page you are looking for could not be found. It may have been moved or deleted, or the address may be "
    "misspelt. Please check the address and try again, use the search at the top of this page, or go back to our front "
    "page to see the latest news. If you followed a link on our site, tell our webmaster about it, so that it can be "
    "mended, and accept our apologies for the trouble that this has caused you today."
)
TEASER = "Our reporter walks across the bridge one last time and speaks with people who have used it for years."
CONSENT = (
    "We and our 842 partners store and access information on your device, such as cookies and unique identifiers, to "
    "serve personalised advertising and to measure it. You may give your consent or refuse it. You can change your "
    "privacy choices at any time in the privacy settings. Some partners process data without consent on the ground of "
    "legitimate interest, to which you may object. We use cookies to keep your choice. Your choices apply to this site."
)
PHOTOS = "".join(
    f"<figure><img src='/{n}.jpg' alt=''><figcaption>{n} of 12: the bridge from the {side} bank. Photo: Cy Dee"
    "</figcaption></figure>"
    for n, side in enumerate(["north", "south", "east", "west"] * 3, 1)
)
ENTRIES = "".join(
    f"<div class='live-entry' id='e{n}'><time datetime='2031-05-03T1{n}:05:00Z'>1{n}:05</time><h2>Entry {n}</h2>"
    f"<p>{line}</p></div>"
    for n, line in enumerate(LINES)
)
MENU = "".join(f"<li><a href='/n/{n}'>Council votes on plan number {n} for the bridge</a></li>" for n in range(60))

ROWS: dict[str, Row] = {
    # Broken and extreme markup
    "an article, then tags nested 10,000 deep and never closed": Row(
        article(STORY + "<b><div><i><p>" * (DEEP // 4)).encode(), holds=ALL
    ),
    "an article under tags nested 10,000 deep": Row(
        page("<div>" * DEEP + STORY + "</div>" * DEEP).encode(), holds=ALL
    ),
    "nothing but headings inside each other, 10,000 deep": Row(
        page("<h1><article>" * DEEP).encode(), Disposition.TOO_LARGE, "256 levels"
    ),
    "tags closed in the wrong order, 10,000 of them": Row(
        article("<b><i>" * 2_500 + "</b></i>" * 2_500 + STORY).encode(), holds=ALL
    ),
    "10,000 end tags of nothing": Row(article("</div></span>" * 5_000 + STORY).encode(), holds=ALL),
    "a font tag around each paragraph that is never closed": Row(
        article("".join(f"<font><p>{line}" for line in LINES * 60)).encode(), holds=ALL
    ),
    "20 MB of script before the article": Row(article(SCRIPT + STORY).encode(), holds=ALL),
    "20 MB of script behind it": Row(article(STORY + SCRIPT).encode(), holds=ALL),
    "20 MB of script and nothing else": Row(page(SCRIPT).encode(), NOT_ARTICLE, "no article text"),
    "20 MB of JSON-LD": Row(article(STORY, ld(x=["y" * 20] * (20 * MEGABYTE // 24))).encode(), holds=ALL),
    "11 MB of words without a tag between": Row(
        b"<p>" + b"word " * (11 * MEGABYTE // 5), Disposition.TOO_LARGE, "10 MB that are read"
    ),
    "no body and no text": Row(f"<html><head><title>{TITLE}</title></head></html>".encode(), NOT_ARTICLE, "no article"),
    "no body tag around an article": Row(f"<title>{TITLE}</title><h1>{TITLE}</h1>{STORY}".encode(), holds=ALL),
    "an article inside its head": Row(f"<html><head><title>x</title>{STORY}</head></html>".encode(), holds=ALL),
    "frames only": Row(
        b"<html><head><title>News</title></head><frameset cols='20%,80%'><frame src='/menu.html'><frame "
        b"src='/story.html'><noframes>Your browser shows no frames.</noframes></frameset></html>",
        NOT_ARTICLE, "frames",
    ),
    "one inner frame only": Row(
        page("<iframe src='https://cms.example/story/7' width='100%'></iframe>").encode(), NOT_ARTICLE, "frames"
    ),
    "XHTML with entities": Row(
        XHTML.format(ENTITIES).encode(), holds=ALL, lacks=("&", "not this"), content_type="application/xhtml+xml"
    ),
    "XHTML as text/html": Row(XHTML.format(ENTITIES).encode(), holds=ALL, lacks=("not this",)),
    "entities that nobody knows": Row(
        article(STORY + "<p>The rest &nosuch; is told at &#xD800; and at &#99999999; today.</p>").encode(), holds=ALL
    ),
    "NUL bytes between letters": Row(article().encode().replace(b"b", b"b\x00"), holds=ALL),
    "NUL bytes in tags": Row(article().encode().replace(b"<p>", b"<p\x00>\x00"), holds=ALL),
    "UTF-16 without a mark": Row(
        article().encode("utf-16-le"), holds=ALL, content_type="text/html; charset=utf-16le"
    ),
    "UTF-16 without a mark or a word about it": Row(article().encode("utf-16-le"), holds=ALL, content_type="text/html"),
    # Files of another kind
    "a text file": Row("\n\n".join([TITLE, *LINES]).encode(), holds=(TITLE, *ALL), content_type="text/plain"),
    "a short text file": Row(LINES[0].encode(), TOO_SHORT, "words are left", content_type="text/plain"),
    "an empty text file": Row(b"\n\n", NOT_ARTICLE, "empty", content_type="text/plain"),
    "a text file of NUL bytes": Row(b"\x00" * 5_000, NOT_ARTICLE, "empty", content_type="text/plain"),
    "a text file that calls itself a page": Row("\n\n".join([TITLE, *LINES]).encode(), holds=ALL),
    "a page that calls itself a text file": Row(article().encode(), holds=ALL, content_type="text/plain"),
    "a PDF": Row(PDF, NOT_ARTICLE, "a PDF", content_type="application/pdf"),
    "a PDF behind blank lines": Row(b"\r\n\r\n" + PDF, NOT_ARTICLE, "a PDF"),
    "a PDF that calls itself text": Row(PDF * 400, NOT_ARTICLE, "a PDF", content_type="text/plain"),
    # Charsets
    "UTF-8 that is declared as Latin-1": Row(
        article(head="<meta charset='iso-8859-1'>").encode(), holds=ALL, content_type="text/html; charset=iso-8859-1"
    ),
    "windows-1252 that is declared as UTF-8": Row(
        article(head="<meta charset='utf-8'>").encode("cp1252"), holds=ALL
    ),
    "windows-1251 that is declared as UTF-8": Row(
        article(told(RUSSIAN * 3), attributes="lang='ru'").encode("cp1251"), holds=RUSSIAN, language="ru"
    ),
    "Shift JIS that is declared as UTF-8": Row(
        article(told(JAPANESE * 3), attributes="lang='ja'").encode("shift_jis"), holds=JAPANESE, language="ja"
    ),
    "a charset that nobody knows": Row(article().encode(), holds=ALL, content_type="text/html; charset=klingon"),
    "mojibake": Row(garbled(article()).encode(), holds=ALL, flags=("mojibake_mended",)),
    "mojibake in its text only": Row(
        article(garbled(STORY) + "<p>Ein Zug fährt.</p>").encode(), holds=ALL, flags=("mojibake_mended",)
    ),
    "mojibake twice over": Row(article(garbled(STORY, 2)).encode(), holds=ALL, flags=("mojibake_mended",)),
    "an article about mojibake": Row(
        article(STORY + "<p>Readers saw “â€™” where the letter’s “’” should be, and “Ã©” for “é”.</p>").encode(),
        holds=(*ALL, "saw “â€™” where"),
    ),
    "replacement characters stay as they are": Row(
        article(STORY.replace("é", "\ufffd")).encode(), holds=(LINES[0], "Ann B\ufffde")
    ),
    # Other scripts
    "Arabic": Row(
        article(told(ARABIC), title=ARABIC[0][:40], attributes="lang='ar' dir='rtl'").encode(), holds=ARABIC,
        language="ar",
    ),
    "Hebrew with marks of direction": Row(
        article(told(tuple(f"\u202b{line}\u202c" for line in HEBREW)), attributes="dir='rtl'").encode(), holds=HEBREW,
        language="he",
    ),
    "Chinese": Row(article(told(CHINESE), title=CHINESE[0][:12]).encode(), holds=CHINESE, language="zh"),
    "Chinese in GB18030": Row(
        article(told(CHINESE), "<meta charset='gb2312'>").encode("gb18030"), holds=CHINESE, language="zh",
        content_type="text/html",
    ),
    "Japanese": Row(article(told(JAPANESE), title=JAPANESE[0][:12]).encode(), holds=JAPANESE, language="ja"),
    "Spanish that says it is English": Row(article(f"<p>{spanish('es')}</p>").encode(), language="es"),
    # What is no article, or not the whole of one
    "a soft 404": Row(
        page(LOST.format("404", "Page not found."), title="404 Not Found").encode(), NOT_ARTICLE, "not found"
    ),
    "a soft 404 of many words": Row(
        page(f"<main>{LOST.format('Page not found', SORRY)}</main>", title="Page not found | Harbour Post").encode(),
        NOT_ARTICLE, "not found",
    ),
    "a soft 404 in Spanish": Row(
        page(
            LOST.format(
                "Página no encontrada", "Lo sentimos, la página que busca no existe o ha cambiado de lugar. Puede usar "
                "el buscador o volver a la portada para leer las últimas noticias de la ciudad y del puerto."
            ),
            title="Página no encontrada - Diario", attributes="lang='es'",
        ).encode(),
        NOT_ARTICLE, "not found",
    ),
    "an article about a page that was not found": Row(
        article(title="“Page not found”: how a ministry lost its archive").encode(), holds=ALL
    ),
    "a paywall stub": Row(
        page(
            f"<main><article><h1>{TITLE}</h1><p>{LINES[0]}</p><div class='paywall'><h2>Subscribe to continue reading"
            "</h2><p>Already a subscriber? <a href='/login'>Log in</a></p></div></article></main>",
            ld(**{"@type": "NewsArticle", "headline": TITLE, "isAccessibleForFree": False}),
        ).encode(),
        TOO_SHORT, "paywall",
    ),
    "a paywall stub that says nothing of itself": Row(
        page(
            f"<main><article><h1>{TITLE}</h1><p>{LINES[0]}</p><p>{LINES[1]}</p><section class='gate'><h2>To read on, "
            "become a subscriber</h2><p>Only £1 a week for the first six months. Already a subscriber? "
            "<a href='/login'>Sign in</a></p></section></article></main>"
        ).encode(),
        TOO_SHORT, "paywall",
    ),
    "a paywall behind some paragraphs": Row(
        article(
            f"{STORY}<div class='paywall-prompt'><p>This article is for subscribers. Subscribe now to continue "
            "reading.</p></div>"
        ).encode(),
        holds=LINES[:4], flags=("paywalled",),
    ),
    "an article for subscribers that is shown whole": Row(
        article(head=ld(**{"@type": "NewsArticle", "headline": TITLE, "isAccessibleForFree": "False"})).encode(),
        holds=ALL, flags=("paywalled",),
    ),
    "an article that anyone may read": Row(
        article(head=ld(**{"@type": "NewsArticle", "headline": TITLE, "isAccessibleForFree": True})).encode(),
        holds=ALL,
    ),
    "an article about paywalls": Row(
        article(STORY + "<p>Two papers ask readers to subscribe to continue reading; one does not.</p>").encode(),
        holds=ALL,
    ),
    "a log-in wall": Row(WALL, NOT_ARTICLE, "login wall"),
    "a consent wall": Row(page(f"<main><h1>Before you go on</h1><p>{CONSENT}</p><button>Accept all</button></main>",
                               title="Harbour Post").encode(), NOT_ARTICLE, "consent"),
    "a consent wall in German": Row(
        page(
            "<main><h1>Wir respektieren Ihre Privatsphäre</h1><p>Wir und unsere Partner nutzen Cookies und Tracking. "
            "Ihre Einwilligung können Sie jederzeit in der Datenschutzerklärung widerrufen. Mit „Zustimmen“ erlauben "
            "Sie alle Cookies.</p></main>", attributes="lang='de'", title="Hafenpost",
        ).encode(),
        NOT_ARTICLE, "consent",
    ),
    "a wall that asks for scripts": Row(
        page("<main><h1>One moment</h1><p>Please enable JavaScript and cookies to continue. Checking your browser "
             "before you can read on. This site needs JavaScript.</p></main>", title="Just a moment...").encode(),
        NOT_ARTICLE, "script wall",
    ),
    "an article with a consent banner": Row(
        article(STORY + f"<div id='cookie-banner' class='cookie-consent'><p>{CONSENT}</p></div>").encode(), holds=ALL
    ),
    "a gallery": Row(
        page(f"<main><h1>The bridge in pictures</h1>{PHOTOS}</main>", title="The bridge in pictures").encode(),
        NOT_ARTICLE, "gallery",
    ),
    "a gallery that says so": Row(
        page(f"<main><h1>The bridge in pictures</h1><p>{TEASER}</p>{PHOTOS}</main>", ld(**{"@type": "ImageGallery"}))
        .encode(),
        NOT_ARTICLE, "gallery",
    ),
    "an article with many pictures": Row(article(STORY + PHOTOS).encode(), holds=ALL),
    "a video page": Row(
        page(
            f"<main><h1>Watch: the bridge</h1><video src='/b.mp4'></video><p>{TEASER}</p></main>",
            "<meta property='og:type' content='video.other'>",
        ).encode(),
        NOT_ARTICLE, "video",
    ),
    "a video page that says nothing of itself": Row(
        page(f"<main><h1>Watch: the bridge</h1><video src='/b.mp4' controls></video><p>{TEASER}</p></main>").encode(),
        NOT_ARTICLE, "video",
    ),
    "an article with a video": Row(article("<video src='/b.mp4'></video>" + STORY).encode(), holds=ALL),
    "a live blog": Row(
        page(
            f"<main><article class='live-blog'><h1>Bridge closes: live</h1>{ENTRIES}</article></main>",
            ld(**{"@type": "LiveBlogPosting", "headline": "Bridge closes: live"}),
        ).encode(),
        holds=ALL, flags=("live_blog",),
    ),
    "a live blog that says so by its names only": Row(
        page(f"<main><article class='live-blog'><h1>Bridge closes: live</h1>{ENTRIES}</article></main>").encode(),
        holds=ALL, flags=("live_blog",),
    ),
    "an index page": Row(
        page(f"<main><h1>Bridge</h1><ul>{MENU}</ul></main>").encode(), NOT_ARTICLE, "index page",
        url="https://x.example/bridge",
    ),
    "a read-more stub": Row(
        page(
            f"<main><article><h1>{TITLE}</h1><p>{LINES[0]} {LINES[2]}</p><p>{LINES[3]} {LINES[4]}</p>"
            "<p><a href='https://wire.example/bridge'>Read the full story at Wire</a></p></article></main>"
        ).encode(),
        TOO_SHORT, "whole story",
    ),
    "a stub that breaks off": Row(
        page(
            f"<main><article><h1>{TITLE}</h1><p>{LINES[0]} {LINES[2]} The court will hear […]</p>"
            "<p><a href='https://wire.example/bridge'>Continue reading</a></p></article></main>"
        ).encode(),
        TOO_SHORT, "whole story",
    ),
    "an article with a link to more of the kind": Row(
        article(STORY + "<p><a href='/bridges'>Read more about bridges</a></p>").encode(), holds=ALL
    ),
}  # fmt: skip
