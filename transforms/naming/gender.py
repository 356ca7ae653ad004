"""Whether an article takes up a person as `he` or `she`, as far as names, titles and nouns say it for certain.

First names are general knowledge and only those that nearly always go one way; an unknown name says nothing.
"""

from __future__ import annotations

from transforms.naming.names import gender_of_title
from transforms.wordlist import wordset

_HE = wordset(
    """aaron abdul abdullah abdulrahman adam adrian ahmad ahmed aidan alan albert alejandro alessandro alexander
    alfred ali allan allen alvaro amit anders andre andreas andrei andrew andrzej angus anil antoine anton antonio
    anthony anwar arjun arnold arthur artur arun asif bashar benjamin bernard bill bilal bob boris brad bradley
    brandon brendan brian bruce bruno bryan carl carlos charles chinedu christian christoph christopher chukwuma
    claude colin craig curtis cyril dale damian dan daniel david dean declan denis dennis derek dieter diego
    dmitri dmitry dominic don donald douglas duncan edgar eduardo edward elias emeka emmanuel enrique eric erik
    ernest ethan eugene fadi faisal farid felix fernando filip finn francisco francois frank franz fred frederick
    fritz gabriel gareth gary gavin geoffrey george georg gerald gerard giovanni glenn gordon graeme graham greg
    gregory guillaume gunther gustavo habib hamid hamza hans harold harry harvey hassan hector henrik henry
    herbert hiroshi howard hugh hugo hussein ian ibrahim igor imran isaac ismail ivan jack jacob jacques jakub
    james jamal jan-erik jared jason javier jeff jeffrey jens jeremy jerry jim jimmy joachim joao joe joel johan
    johannes john johnny jonas jonathan jorge jose joseph joshua juan julian jurgen justin kamal karim karl keith
    kenneth kenji kevin khaled khalid klaus kofi kwabena kwame kwasi kyle lamar lars lawrence lee-roy leon leonard
    leonardo lewis liam lloyd louis luca lucas luis luke magnus mahmoud malcolm manuel marc marcel marco marcos
    marcus mario mark markus martin marvin mateusz matteo matthew matthias maurice max michael michal miguel mike
    mikhail mohamed mohammad mohammed mohsin mourad muhammad musa mustafa nabil nathan nathaniel neil nicholas
    nick nicolas nigel nikolai norman oleg oliver olivier omar oscar otto owen pablo patrick paul paulo pavel
    pedro pete peter philip philippe phillip pierre piotr rafael rafal raj rajesh ralph ramon randy rashid raul
    ravi raymond reginald rene ricardo richard rick rob robert roberto rodrigo roger roland roman ronald rory roy
    rudolf russell ryan sam-uel samuel sanjay scott sean sebastian sergei sergey sergio seth shaun simon stanislav
    stanley stefan stephen steve steven stuart sunil suresh sven tariq ted terrence terry-ann thabo thomas tim
    timothy tobias todd tom tomas tomasz tony travis trevor tyler umar vernon victor vijay viktor vincent vikram
    vladimir vusi walter warren wayne wilhelm william wojciech wolfgang xavier yusuf yuri zachary"""
)
_SHE = wordset(
    """abigail adriana agnes agnieszka aisha alexandra alice alicia alison amanda amelia amina amy ana anastasia
    andrea-maria angela anita anjali ann anna anne annette anneke annika antonia aoife astrid asma ayesha barbara
    beatrice beatriz becky bernadette beth bethany betty bianca birgit bonnie brenda bridget brigitte camila carla
    carmen carol carolina caroline catherine cecilia charlotte chiara chloe christina christine ciara claire clara
    claudia colette colleen constance cristina cynthia daniela deborah debra deepa denise diana diane dolores
    donna dorothy edith edna eileen elaine eleanor elena elisabeth elizabeth ella ellen elsa emily emma erica erin
    esperanza esther eva evelyn fatima fatou fiona florence frances francesca frida gabriela gabriella gail gemma
    georgia geraldine gina gloria grace greta gretchen gwen hannah harriet heather heidi helen helena helga hilary
    holly ifeoma ines ingrid irena irene iris isabel isabella ishbel jacqueline jane janet janice jasmine jean-
    anne jelena jennifer jenny jessica jill joan joanna josephine joyce juanita judith judy julia juliana julie
    juliet karen karin kate katharina katherine kathleen kathryn katja kavita kelly-anne keisha kirsten kristen
    kristin kristina lakshmi latoya laura lauren layla leila lena leticia ligaya lily linda lisa lorena lorraine
    louise lucia lucy luisa lydia maeve magdalena maggie malgorzata manuela margaret margarita maria mariam
    marianne marie marina marjorie marlene marta martha mary maryam maureen megan melanie melissa mercedes
    meredith michelle miriam molly monica monika nadia nadine nancy naomi natalia natalie natasha ngozi nicole
    nina noor nora norma olga olivia paloma pamela patricia patrizia paula pauline penelope petra phoebe phyllis
    pilar pooja priscilla priya priyanka rachel rania raquel rebecca regina renata rhonda rita roberta rosa
    rosalind rose rosemary roxana ruth sabine sabrina sally samantha sandra sara sarah saoirse sharon sheila
    shirley silvia sinead siobhan sofia sonia sophia sophie stella stephanie sunita susan susanna susanne suzanne
    sylvia tabitha tamara tanya tara tatiana teresa thandiwe theresa tina tracey ulrike ursula valentina valerie
    vanessa vera veronica victoria virginia vivian wanda wendy xiomara yasmin yolanda yvette yvonne zahra zainab
    zanele zofia zoe"""
)
_HE_NOUNS = wordset(
    """spokesman father son husband brother grandfather widower businessman policeman fisherman congressman"""
)
_SHE_NOUNS = wordset(
    """spokeswoman mother daughter wife sister grandmother widow businesswoman policewoman congresswoman chairwoman
    councilwoman"""
)


def gender(name: str, titles: str = "", nouns: frozenset[str] | set[str] = frozenset()) -> str:
    """`he`, `she` or "" (unknown or contradictory)."""
    said = gender_of_title(titles)
    if said:
        return said
    he, she = bool(nouns & _HE_NOUNS), bool(nouns & _SHE_NOUNS)
    if he != she:
        return "he" if he else "she"
    first = name.split(" ", maxsplit=1)[0].lower() if " " in name else ""
    return "he" if first in _HE else "she" if first in _SHE else ""
