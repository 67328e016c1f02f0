"""The published editions as datasets in a catalogue of open data (DCAT 3, in JSON-LD).

Every address is relative to the root of the results, which `alone` and `together` name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from review.books.services.editions import Snapshot, audit_head
from review.domain.fiscal import first_day, fiscal_year_label, last_day
from review.models import Plan

_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#", "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#", "xsd": "http://www.w3.org/2001/XMLSchema#",
}  # fmt: skip
_AUTHORITY = "http://publications.europa.eu/resource/authority"
_MEDIA = "https://www.iana.org/assignments/media-types/"
JAPANESE = {"@id": f"{_AUTHORITY}/language/JPN"}
#: {data file: (its media type, what it is, what it conforms to; "" for the description beside it)}
TYPES = {
    "indicators.csv": ("text/csv", "成果目標と年度ごとに1行の表", ""),
    "measures.csv": ("text/csv", "施策ごとに1行の表", ""),
    "data.json": ("application/json", "公表した内容のすべて", "schema/edition.schema.json"),
}


@dataclass(frozen=True)
class Distribution:
    """One file of an edition. Size and digest are known of what is stored."""

    address: str
    media: str
    title: str
    schema: str = ""
    size: int | None = None
    sha256: str = ""

    def as_data(self) -> dict[str, Any]:
        """As JSON-LD."""
        digest = {"spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"}, "spdx:checksumValue": self.sha256}
        return {
            "@type": "dcat:Distribution", "dct:title": _text(self.title), "dcat:accessURL": {"@id": self.address},
            "dcat:downloadURL": {"@id": self.address}, "dcat:mediaType": {"@id": _MEDIA + self.media},
            "dct:license": {"@id": settings.MEGURI_DATA_LICENCE_URL},
            **({"dct:conformsTo": {"@id": self.schema}} if self.schema else {}),
            **({"dcat:byteSize": {"@value": str(self.size), "@type": "xsd:nonNegativeInteger"}} if self.size else {}),
            **({"spdx:checksum": digest} if self.sha256 else {}),
        }  # fmt: skip


def data_files(place: str) -> list[Distribution]:
    """The data of the edition that stands there."""
    return [
        Distribution(place + name, media, title, schema or f"{place}{name}-metadata.json")
        for name, (media, title, schema) in TYPES.items()
    ]


def _text(text: str, language: str = "ja") -> dict[str, str]:
    return {"@value": text, "@language": language}


def _both(text: str, english: str) -> list[dict[str, str]]:
    return [_text(text), _text(english, "en")]


def _publisher(city: str) -> dict[str, str]:
    return {"@type": "foaf:Organization", "foaf:name": city}


def dataset(
    snapshot: Snapshot,
    edition: Mapping[str, Any],
    plan: Plan,
    *,
    place: str,
    before: str,
    files: Iterable[Distribution],
) -> dict[str, Any]:
    """One edition, which stands at `place`, with its files; `before` is the place of the edition that it corrects, or ''."""
    year, city, code = snapshot["fiscal_year"], plan.city, snapshot["municipality_code"]
    issued = {"@value": edition["published_at"], "@type": "xsd:dateTime"}
    count = len(snapshot["measures"])
    return {
        "@id": place, "@type": "dcat:Dataset",
        "dct:identifier": f"{code or 'meguri'}-{plan.short_name}-{year}-{edition['number']}",
        "dct:title": _both(
            f"{city} {snapshot['plan']} {fiscal_year_label(year)} 評価結果 {edition['label']}",
            f"{city}, {snapshot['plan']}: results of the FY{year} review, edition {edition['number']}",
        ),
        "dct:description": _both(
            f"{snapshot['plan']}の施策ごとの目標、実績、達成の判定。{count}施策。",
            f"Targets, results and verdicts of the goals of {count} measures. Texts are in Japanese.",
        ),
        "dct:publisher": _publisher(city),
        "dcat:contactPoint": {
            "@type": "vcard:Organization",
            "vcard:fn": f"{city} {plan.office}",
            "vcard:hasURL": {"@id": f"{plan.short_name}/"},
        },
        **_provenance(snapshot), "dct:issued": issued, "dct:modified": issued,
        "dct:accrualPeriodicity": {"@id": f"{_AUTHORITY}/frequency/ANNUAL"}, "dct:language": JAPANESE,
        "dct:license": {"@id": settings.MEGURI_DATA_LICENCE_URL}, **_scope(year, city, code),
        "dcat:theme": {"@id": f"{_AUTHORITY}/data-theme/GOVE"}, "dcat:landingPage": {"@id": place},
        "dcat:version": str(edition["number"]), **({"dcat:previousVersion": {"@id": before}} if before else {}),
        "dcat:keyword": [_text(word) for word in ("計画", "評価", "施策", "成果目標")],
        "dcat:distribution": [file.as_data() for file in files],
    }  # fmt: skip


def _scope(year: int, city: str, code: str) -> dict[str, Any]:
    """Of which time and place it speaks."""
    days = {"dcat:startDate": first_day(year), "dcat:endDate": last_day(year)}
    dates = {name: {"@value": day.isoformat(), "@type": "xsd:date"} for name, day in days.items()}
    return {
        "dct:spatial": {"@type": "dct:Location", "dct:identifier": code, "skos:prefLabel": _text(city)},
        "dct:temporal": {"@type": "dct:PeriodOfTime", **dates},
    }


def alone(entry: Mapping[str, Any], root: str) -> dict[str, Any]:
    """One dataset as a document; the results stand at `root`."""
    return {"@context": {**_CONTEXT, "@base": root}, **entry}


def together(entries: Iterable[Mapping[str, Any]], root: str, city: str) -> dict[str, Any]:
    """Every dataset in one catalogue, the newest first."""
    catalog = {
        "@id": "", "@type": "dcat:Catalog", "dct:title": _both(f"{city} 計画の評価結果", f"{city}: results of the annual plan review"),
        "dct:description": _both(
            "計画の年度ごとの評価結果。訂正の前の版も残っています。",
            "Results of the plans by fiscal year. Editions that were corrected later are kept.",
        ), "dct:publisher": _publisher(city),
        "dct:language": JAPANESE, "dct:license": {"@id": settings.MEGURI_DATA_LICENCE_URL},
        "foaf:homepage": {"@id": ""}, "dcat:dataset": list(entries),
    }  # fmt: skip
    return alone(catalog, root)


def _provenance(snapshot: Snapshot) -> dict[str, Any]:
    """The printed head of the audit trail; nothing for an edition that was frozen without."""
    head = audit_head(snapshot)
    statement = {"@type": "dct:ProvenanceStatement", "dct:description": _text(f"監査記録の照合値 {head}")}
    return {"dct:provenance": statement} if head else {}
