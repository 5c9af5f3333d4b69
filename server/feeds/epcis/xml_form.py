"""EPCIS events in XML (1.2 and 2.0) as the plain values of the JSON form, so that one decoder reads both.

Elements of other namespaces are a vendor's own and left out, but for the standard's master data. Document types and
entities are refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element, ParseError

import defusedxml
import defusedxml.ElementTree

from server.feeds.epcis.fields import EVENT_TYPES

_EPC_LISTS = frozenset({"epcList", "childEPCs", "inputEPCList", "outputEPCList"})
_QUANTITY_LISTS = frozenset({"quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"})
_TYPED_LISTS: Mapping[str, str] = {
    "bizTransactionList": "bizTransaction",
    "sourceList": "source",
    "destinationList": "destination",
}
_NUMBERS = frozenset(
    {"quantity", "value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"}
)
_WRAPPERS = frozenset({"extension", "baseExtension"})
"""Where version 1.2 keeps what was added to 1.0."""


def events_of_xml(payload: bytes) -> Iterator[dict[str, object]]:
    """The events of a document. Raises ValueError for what is no XML, or holds no EventList."""
    try:
        root = defusedxml.ElementTree.fromstring(payload, forbid_dtd=True)
    except defusedxml.DefusedXmlException as error:
        raise ValueError("document types and entities are not read: leave the DOCTYPE out") from error
    except (ParseError, ValueError, LookupError) as error:
        raise ValueError(f"this is no XML: {error}") from error
    lists = [element for element in root.iter() if element.tag == "EventList"]
    if not lists:
        raise ValueError("there is no EventList: it holds the events")
    for events in lists:
        for element in events:
            yield from _unwrapped(element)


def _unwrapped(element: Element) -> Iterator[dict[str, object]]:
    if element.tag in EVENT_TYPES:
        yield {"type": element.tag, **_event(element)}
    elif element.tag in _WRAPPERS:
        for inner in element:
            yield from _unwrapped(inner)
    elif isinstance(element.tag, str):  # comments have none
        yield {"type": element.tag}


def _event(element: Element) -> dict[str, object]:
    told: dict[str, object] = {}
    for child in element:
        name = child.tag
        if name in _WRAPPERS:
            told |= _event(child)
        elif isinstance(name, str) and "}" not in name:
            told[name] = _value(name, child)
    return told


def _value(name: str, element: Element) -> object:
    if name in _EPC_LISTS:
        return [_text(child) for child in element]
    if name in _QUANTITY_LISTS:
        return [{part.tag: _number_or_text(part.tag, _text(part)) for part in child} for child in element]
    if name in _TYPED_LISTS:
        return [{**child.attrib, _TYPED_LISTS[name]: _text(child)} for child in element]
    if name in ("readPoint", "bizLocation"):
        return {part.tag: _text(part) for part in element if part.tag == "id"}
    if name == "sensorElementList":
        return [_sensor_element(child) for child in element]
    if name == "ilmd":
        own = "{urn:epcglobal:cbv:mda}"
        return {
            "cbvmda:" + part.tag.removeprefix(own): _text(part)
            for part in element
            if isinstance(part.tag, str) and part.tag.startswith(own) and _text(part)
        }
    if name == "errorDeclaration":
        told: dict[str, object] = {part.tag: _text(part) for part in element if "}" not in part.tag}
        told["correctiveEventIDs"] = [_text(part) for part in element.iter("correctiveEventID")]
        return told
    return _text(element)


def _sensor_element(element: Element) -> dict[str, object]:
    metadata = element.find("sensorMetadata")
    return {
        "sensorMetadata": {} if metadata is None else dict(metadata.attrib),
        "sensorReport": [
            {name: _number_or_text(name, text) for name, text in report.attrib.items()}
            for report in element.findall("sensorReport")
        ],
    }


def _number_or_text(name: str, text: str) -> object:
    """Numbers as numbers; a text that is none is left for the decoder to refuse by its field."""
    if name not in _NUMBERS:
        return text
    try:
        return float(text)
    except ValueError:
        return text


def _text(element: Element) -> str:
    return (element.text or "").strip()
