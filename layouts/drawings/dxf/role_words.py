"""What the names of layers and blocks say in the languages and standards that plans are drawn in.

The English, German, Dutch, French, Spanish, Italian, Portuguese, Scandinavian, Finnish, Polish, Czech, Turkish
and Chinese words of the building trade; the element codes of the US National CAD Standard (A-WALL, S-COLS).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Literal

Role = Literal["wall", "column", "rack", "door", "window", "obstacle", "station", "floor", "ignore"]

STEMS: tuple[tuple[Role, str], ...] = (
    (
        "ignore",
        "annotation bemassung bemasung dimension cotation cotatio massketten legend titleblock title schriftfeld"
        " plankopf cartouche cajetin defpoints viewport vport schraffur hatch hachure sombreado tratteggio arcering"
        " pattern centerline centreline mittellinie achsraster achsen gridline ceiling decke plafond elektro"
        " electric sprinkler lueftung heizung sanitaer plumbing hvac lighting beleuchtung background vegetation"
        " landscape beschriftung testo leyenda raumnummer raumname roomname roomtag northarrow nordpfeil"
        " maatvoering maatlijn hilfslinie construction-line constructionline konstruktionslinie",
    ),
    (
        "door",
        "door opening tuer tueren rolltor sektionaltor schiebetor hallentor wandoeffnung oeffnung ausgang"
        " portail sortie ouverture puerta porton portone apertura uscita salida binnendeur buitendeur poort uitgang"
        " drzwi brama dvere vrata kapisi gateway doerr",
    ),
    (
        "window",
        "window glazing fenster verglasung fenetre vitrage ventana finestr kozijn fonster vindue vindu ikkuna"
        " janela",
    ),
    (
        "rack",
        "palletrack rackrow shelf shelving shelves regal rayonnage etagere palettier estanteria estante scaffal"
        " stelling hylla hyllor reol prateleira",
    ),
    (
        "column",
        "column pillar stuetze stutze saeule pfeiler poteau colonn kolom kolonn coluna pilastr pilares"
        " sloup pelare",
    ),
    (
        "station",
        "station arbeitsplatz packplatz packtisch workplace depot ladestelle werkplek",
    ),
    (
        "wall",
        "wall wand waende mauer cloison tabique pared paret muro muur partition sciana parede alvenaria"
        " drywall",
    ),
    (
        "obstacle",
        "obstacle hindernis equipment machine maschine maquina macchina conveyor foerdertechnik foerderer"
        " foerderband convoyeur transportband transportador furniture moebel mobilier meubilair mobiliario stair"
        " treppe escalier escalera elevator aufzug ascenseur ascensor bollard anfahrschutz ostacol obstacul"
        " mezzanin",
    ),
    (
        "floor",
        "floor boden outline umriss perimeter walkablearea walkable hallenkontur gebaeudekontur pavimento vloer"
        " fussboden slab",
    ),
)
"""Word stems of four letters and more, also found within compounds; the first role that a name speaks of counts."""

EXACT: dict[Role, str] = {
    "ignore": "anno text texts txt dim dims bem dimstyle cote cotes cota cotas quota quote maat legende note notes"
    " grid grids axis axes axe achse raster cntr patt iden tag tags symb ttlb bord border sheet logo north xref"
    " clng roof dach lite powr plmb fixt sprk vpor symbol symbols mtext label labels"
    " kote koten texte texto",
    "door": "door doors deur deuren gate gates dor tur tor tore port porte portes porta ovi kapi dvere exit"
    " exits dock docks",
    "window": "glaz glass wind okno okna raam ramen vitre",
    "rack": "rack racks racking rek rekken raf regaly shelfs 货架",
    "column": "col cols colu clm pilar pilar slup slupy stb 柱",
    "station": "station stations packing charger charging poste postes",
    "wall": "wall walls wand mur murs muri muren zid fal duvar vegg vagg vaeg vaegge vaeggar seina stena steny sciany"
    " 墙 墙体 壁",
    "obstacle": "equip eqpm eqp furn strs evtr lift stairs silo tank pump",
    "floor": "flor floors sol suelo gulv golv kontur contour",
}
"""Words that count only when they stand alone between the signs of a name."""

ORDER: tuple[Role, ...] = tuple(role for role, _ in STEMS)
MISLEADING = re.compile(r"(?:ground|first|second|upper|lower|main)[ _-]?floor|(?:out|in)doors?")
"""Storeys, which speak of no floor's outline, and what is in or out of doors."""


@cache
def role_of_name(name: str) -> Role | None:
    """The role that a layer's or block's name speaks of, None when it speaks of none.

    1. Signs and changes of case part a name into words; accents and umlauts are written out.
    2. A word that stands alone, or one that a stem is part of, speaks of its role.
    3. Of several the one first in ORDER counts: what is about doors in a wall is about doors, and a wall's
       hatching or dimensions are no walls. Within one compound the last stem is the thing: a 'Wandregal' is
       a rack.
    """
    words = [word for word in re.split(r"[\W_\d]+", _plain(name)) if word]  # 1
    found = {role for word in words for role in _roles_of_word(word)}  # 2
    return next((role for role in ORDER if role in found), None)  # 3


def _plain(name: str) -> str:
    name = name.rsplit("|", 1)[-1].rsplit("$", 1)[-1]  # names of bound external references
    name = re.sub(r"(?<=[a-zäöü])(?=[A-ZÄÖÜ])", " ", name).lower()
    for sign, letters in (
        ("ä", "ae"),
        ("ö", "oe"),
        ("ü", "ue"),
        ("ß", "ss"),
        ("ł", "l"),
        ("ø", "o"),
        ("å", "a"),
        ("æ", "ae"),
    ):
        name = name.replace(sign, letters)
    name = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return MISLEADING.sub(" ", name)


def _roles_of_word(word: str) -> set[Role]:
    alone = {role for role, words in EXACT.items() if word in words.split()}
    if alone:
        return alone
    ends = {
        role: max(word.rfind(stem) + len(stem) for stem in stems.split() if stem in word)
        for role, stems in STEMS
        if any(stem in word for stem in stems.split())
    }
    last = max(ends.values(), default=0)
    return {role for role, end in ends.items() if end == last}
