"""Forms that a stemmer does not bring together: irregular verbs and nouns, and spellings of two shores."""

from __future__ import annotations

_VERBS = """
arise arose arisen; bear bore borne; beat beaten; become became; begin began begun; bend bent; bind bound; bite bit
bitten; bleed bled; blow blew blown; break broke broken; bring brought; build built; burn burnt; buy bought; catch
caught; choose chose chosen; come came; creep crept; deal dealt; dig dug; draw drew drawn; drink drank drunk; drive
drove driven; eat ate eaten; fall fell fallen; feed fed; feel felt; fight fought; find found; flee fled; fly flew
flown; forbid forbade forbidden; forget forgot forgotten; forgive forgave forgiven; freeze froze frozen; get got
gotten; give gave given; go went gone goes; grow grew grown; hang hung; hear heard; hide hid hidden; hold held; keep
kept; know knew known; lay laid; lead led; learn learnt; leave left; lend lent; lose lost; make made; mean meant;
meet met; pay paid; ride rode ridden; ring rang rung; rise rose risen; run ran; see saw seen; seek sought; sell
sold; send sent; shake shook shaken; shoot shot; show shown; shrink shrank shrunk; sing sang sung; sink sank sunk;
sit sat; sleep slept; slide slid; speak spoke spoken; spend spent; spill spilt; stand stood; steal stole stolen;
stick stuck; strike struck stricken; swear swore sworn; sweep swept; swim swam swum; take took taken; teach taught;
tear tore torn; think thought; throw threw thrown; understand understood; wake woke woken; wear wore worn; weep
wept; win won; withdraw withdrew withdrawn; write wrote written; rebuild rebuilt; overcome overcame; undertake
undertook undertaken; die died dying dead death deaths; lie lying
"""
_NOUNS = """
man men; woman women; child children; person people persons; foot feet; tooth teeth; mouse mice; wife wives; knife
knives; half halves; thief thieves; wolf wolves; loss losses; percent cent percentage
"""
_SPELLINGS = """
theatre theater; theatres theater; centre center; centres center; centred center; metre meter; metres meter; litre
liter; litres liter; kilometre kilometer; kilometres kilometer; centimetre centimeter; centimetres centimeter; grey
gray; defence defense; offence offense; licence license; practise practice; tyre tire; tyres tire; plough plow;
programme program; programmes program; cheque check; cheques check; storey story; storeys stories; travelled
traveled; travelling traveling; cancelled canceled; cancelling canceling; labelled labeled; fuelled fueled; modelled
modeled; jewellery jewelry; aluminium aluminum; fibre fiber; fibres fiber; manoeuvre maneuver; paediatric pediatric;
anaesthetic anesthetic; councillor councilor; councillors councilor
"""


def _rows(text: str) -> list[list[str]]:
    return [row.split() for row in " ".join(text.split()).split(";") if row.strip()]


IRREGULAR = {form: row[0] for row in _rows(_VERBS + ";" + _NOUNS) for form in row[1:]}
"""Form -> the form it is compared by."""

AMERICAN = {row[0]: row[1] for row in _rows(_SPELLINGS)}
