"""The entry of one edition in a catalogue of open data (DCAT)."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from review.books.services.editions import Snapshot, audit_head
from review.domain.fiscal import first_day, fiscal_year_label, last_day
from review.publication.services import open_data

_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_TYPES = {
    "indicators.csv": ("text/csv", "成果目標と年度ごとに1行の表", "indicators.csv-metadata.json"),
    "measures.csv": ("text/csv", "施策ごとに1行の表", "measures.csv-metadata.json"),
    "data.json": ("application/json", "公表した内容のすべて", "edition.schema.json"),
}


def dataset(snapshot: Snapshot, edition: Mapping[str, Any], address: str) -> dict[str, Any]:
    """One edition as a dataset of DCAT in JSON-LD; the addresses are relative to `address`, the page of the edition; where it is '', to the file itself."""
    year = snapshot["fiscal_year"]
    name = f"{snapshot['city']} {snapshot['plan']} {fiscal_year_label(year)} 評価結果"
    ours = {"table-schema.json": "table-schema.json"} if open_data.form_of(snapshot) else {}
    return {
        "@context": {**_CONTEXT, **({"@base": address} if address else {})},
        "@id": "",
        "@type": "dcat:Dataset",
        "dct:identifier": f"{snapshot['municipality_code'] or 'meguri'}-{year}-{edition['number']}",
        "dct:title": {"@value": f"{name} {edition['label']}", "@language": "ja"},
        "dct:description": {
            "@value": f"{snapshot['plan']}の施策ごとの目標、実績、達成の判定。{len(snapshot['measures'])}施策。",
            "@language": "ja",
        },
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": snapshot["city"]},
        **_provenance(snapshot),
        "dct:issued": {"@value": edition["published_at"], "@type": "xsd:dateTime"},
        "dct:language": "ja",
        "dct:license": {"@id": settings.MEGURI_DATA_LICENCE_URL},
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": {"@value": first_day(year).isoformat(), "@type": "xsd:date"},
            "dcat:endDate": {"@value": last_day(year).isoformat(), "@type": "xsd:date"},
        },
        "dcat:version": str(edition["number"]),
        "dcat:keyword": ["計画", "評価", "施策", "成果目標"],
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dct:title": {"@value": title, "@language": "ja"},
                "dcat:downloadURL": {"@id": file},
                "dcat:mediaType": media,
                "dct:license": {"@id": settings.MEGURI_DATA_LICENCE_URL},
                "dct:conformsTo": {"@id": ours.get(schema, f"../schema/{schema}")},
            }
            for file, (media, title, schema) in _TYPES.items()
        ],
    }


def _provenance(snapshot: Snapshot) -> dict[str, Any]:
    """The printed head of the audit trail; nothing for an edition that was frozen without."""
    head = audit_head(snapshot)
    if not head:
        return {}
    statement = {"@value": f"監査記録の照合値 {head}", "@language": "ja"}
    return {"dct:provenance": {"@type": "dct:ProvenanceStatement", "dct:description": statement}}
