"""Words for people and papers that speak without a name."""

from __future__ import annotations

from transforms.attribution.cues import DOCUMENTS as STUDIES
from transforms.naming.labels import ROLES
from transforms.wordlist import wordset

VOICES = wordset(
    """spokesman spokeswoman spokesperson statement letter filing website report release email memo tweet post"""
)
INDEFINITE = wordset(
    """a an some one two three four five six seven eight nine ten several many most few other others another both all
    no dozens hundreds any multiple numerous those people experts each every sources"""
)
GROUPS = wordset(
    """police officials analysts experts residents sources witnesses critics supporters investigators prosecutors
    lawyers lawmakers researchers scientists economists traders people activists authorities doctors farmers
    workers families parents teachers diplomats organizers organisers campaigners opponents observers specialists
    insiders locals villagers employees executives investors neighbors neighbours others some many scholars
    historians leaders ministers aides advisers relatives friends allies advisors spokespeople survivors
    commanders soldiers troops rebels officers detectives students"""
)
PEOPLE = ROLES | wordset(
    """man woman person people member participant source insider one resident user caller customer fan passenger
    official aide worker employee neighbour neighbor bystander passer-by parent villager local retiree shopper
    analyst expert dealer seller buyer boy girl teenager commuter tourist visitor voter delegate operative pal
    friend relative colleague representative rider courier cook technician"""
)
DOCUMENTS = STUDIES | {"surveys", "filing", "bulletin", "notice", "statement", "letter", "figures"}
