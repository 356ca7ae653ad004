"""Words that say what a capitalised name is: "... Institute" is a body, "... Gate" a place that was built."""

from __future__ import annotations

from transforms.naming.labels import ROLES
from transforms.naming.names import strip_titles
from transforms.wordlist import wordset

_HEADS = {
    "ORG": """Institute University Council Commission Committee Party Ministry Department Agency Bank Corporation Corp
        Inc Ltd Company Group Union Association Federation Foundation Organization Organisation Court Parliament Police
        Army Navy Brigade Brigades Front Movement League Times Post Journal Tribune Herald Gazette Authority Center
        Centre Society College School Office Bureau Alliance Coalition Corps Command Airlines Airways Fund Club Board
        Assembly Service Services Trust Network Forum Chamber Secretariat Directorate Congress Initiative Observatory
        Holdings Partners Industries Securities Capital Energy Motors Pharmaceuticals Laboratories Airline Academy
        Hospital Clinic Church Guild Syndicate Cooperative Project Campaign Administration Force Guards Militia News
        Insurance Analytics Research Consulting Advisors Technologies Systems Bancorp plc PLC LLC LLP AG SA SE NV
        Tribunal Treasury Embassy Consulate Taskforce Watch International United Rovers Wanderers""",
    "FAC": """Airport Bridge Stadium Prison Palace Gate Square Highway Dam Airfield Airbase Barracks Mosque Cathedral
        Tower Plaza Hotel Street Road Avenue Boulevard Terminal Station Arena Lane Museum Theatre Theater Expressway
        Motorway Tunnel Crossing Freeway""",
    "GPE": "Province County Governorate Prefecture Oblast District Township Region",
    "LOC": "River Lake Mountains Mountain Sea Ocean Valley Desert Peninsula Island Islands Gulf Strait Coast Bay Delta",
    "NORP": "Democrat Democrats Republican Republicans",
    "EVENT": "War Olympics Cup Games Festival Marathon Championship Championships Summit Revolution Uprising",
}
HEAD = {word: label for label, block in _HEADS.items() for word in block.split()}
_FIRST = {
    "ORG": "Department Ministry Bank University Office Bureau Court Institute Council House Committee Chamber Church",
    "LOC": "Gulf Sea Mount Lake Cape Strait Bay Isle",
    "EVENT": "Hurricane Cyclone Typhoon Operation Battle Tropical",
    "LAW": "Treaty",
}
START = {word: label for label, block in _FIRST.items() for word in block.split()}
OPENERS = wordset(
    """The A An In On At But And Or If As For From When While After Before Since Under With Without By To Of This
    That These Those It Its He His She Her They Their We Our You Your I Yet So Not No Now Then There Here What Who
    Why How Where Which One Two Three Both All Some Many Most Each Every Any Even Only Also Still Although Though
    Because Until During Among Between Against About Former Last Next Later Earlier Meanwhile However Instead
    Despite Asked Inside Outside Across Nearly Almost Once Is Are Was Were Has Have Had Do Does Did Can Could Will
    Would Should May Might Mr Mrs Ms Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February
    March April June July August September October November December Like Just More Such Another Other Neither
    Unlike According Nobody Somebody Everybody Everyone Someone Anyone Nothing Something Everything God Yes Please
    Thanks Thank Easter Christmas Thanksgiving Figure Table Photo Image Today Tomorrow Yesterday"""
)


def worded(exact: str) -> str:
    """The label that a name of several words shows by its head word; "" where the words do not say."""
    parts = exact.rstrip(".").split(" ")
    if len(parts) < 2:
        return ""
    if parts[0] in START and (parts[0] not in {"Tropical"} or parts[1] == "Storm"):
        return START[parts[0]]
    return HEAD.get(parts[-1], "") or (HEAD.get(parts[0], "") if " of " in exact else "")


def role_words(exact: str, label: str) -> int:
    """How many characters of titles and capitalised roles stand before a person's name ("Columnist Fakhri Sawalha")."""
    cut = strip_titles(exact)
    while (
        (space := exact.find(" ", cut)) > 0
        and exact[cut:space].lower() in ROLES
        and exact[space + 1 : space + 2].isupper()
    ):
        cut = space + 1
        cut += strip_titles(exact[cut:])
    return cut if label == "PERSON" or cut else 0
