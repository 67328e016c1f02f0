"""Made-up values for the style guide, so that the page needs no database and shows every component in every state."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms, template
from django.core.paginator import Page, Paginator
from django.utils import timezone

register = template.Library()

_WHEN = datetime(2025, 5, 9, 1, 42, tzinfo=UTC)


class SampleForm(forms.Form):
    """Every kind of control; bound with gaps so that its errors show."""

    actual = forms.CharField(
        label="月間利用金額 (年度月平均) の令和6年度 実績", help_text="単位も続けて書いてください。例: 33,474千円"
    )
    cause = forms.CharField(
        label="要因",
        widget=forms.Textarea,
        help_text="目標に届かなかった理由を、市民にも分かる言葉で2、3文にまとめます。",
    )
    policy = forms.CharField(label="今後の取組方針", widget=forms.Textarea, required=False)
    grade = forms.ChoiceField(
        label="自己評価",
        choices=[("A", "A 達成"), ("B", "B 80%以上"), ("C", "C 50%以上"), ("D", "D 50%未満")],
        widget=forms.RadioSelect,
        help_text="下の判定をもとに選んでください。",
    )
    field = forms.ChoiceField(
        label="分野", choices=[("", "選んでください"), ("1", "1 行政手続のオンライン化")], required=False
    )
    due = forms.DateField(label="期限", widget=forms.DateInput(attrs={"type": "date"}), required=False)
    evidence = forms.FileField(label="根拠資料", required=False, help_text="PDF・画像・Office ファイル、10 MBまで。")
    confirmed = forms.BooleanField(label="読み取った値を確かめました")


def _year(year: int, target: str, actual: str, **more: Any) -> dict[str, Any]:
    return {"year": year, "name": "月間利用金額 (年度月平均)", "target": target, "actual": actual, **more}


@register.simple_tag
def samples() -> dict[str, Any]:
    """Everything that the style guide shows."""
    page: Page[int] = Paginator(range(240), 20).page(4)
    today = timezone.localdate()
    return {
        "states": ["not_started", "editing", "endorsing", "submitted", "returned", "reviewed", "approved", "published"],
        "outcomes": ["not_submitted", "excluded", "late"],
        "jobs": ["queued", "running", "done", "failed"],
        "grades": ["A", "B", "C", "D", "－"],
        "now": _WHEN,
        "due_later": today + timedelta(days=12),
        "due_soon": today + timedelta(days=2),
        "due_today": today,
        "due_past": today - timedelta(days=3),
        "page": page,
        "bound": SampleForm({"cause": "利用できる店舗が減ったため。", "grade": "C"}),
        "unbound": SampleForm(auto_id="plain_%s"),
        "stats": [
            {"label": "施策", "value": 30, "unit": "施策"},
            {"label": "提出済", "value": 22, "unit": "施策", "note": "昨年の同じ日: 17"},
            {"label": "差戻し", "value": 3, "unit": "施策"},
            {"label": "成果指標", "value": 67, "unit": "指標"},
        ],
        "sheet": [
            {"label": "施策ID", "text": "01-04"},
            {"label": "施策名", "text": "地域通貨の普及促進"},
            {"label": "主管部署", "text": "産業振興課"},
            {"label": "関連部署", "text": "情報経営課、市民課"},
        ],
        "narrative": [
            {
                "label": "施策内容",
                "text": "市内の店舗と市民の間で使える電子地域通貨を広げ、地域の中でお金が回る仕組みを育てます。",
            },
            {"label": "要因", "text": "年度の途中で利用できる店舗が減り、一人あたりの利用額も下がったため。"},
        ],
        "steps": [
            {"number": 1, "label": "実績", "url": "#step-1", "done": True},
            {"number": 2, "label": "要因と対応", "url": "#step-2", "current": True, "missing": 1},
            {"number": 3, "label": "取組状況", "url": "#step-3"},
            {"number": 4, "label": "来年度", "url": "#step-4", "done": True, "note": "昨年のまま"},
            {"number": 5, "label": "確認・提出", "url": "#step-5"},
        ],
        "tabs": [
            {"label": "すべて", "url": "#all", "count": 30, "current": True},
            {"label": "確認待ち", "url": "#waiting", "count": 12},
            {"label": "差戻し中", "url": "#returned", "count": 3},
        ],
        "comments": [
            {
                "who": "見本 花子",
                "department": "情報経営課",
                "when": _WHEN,
                "item": "成果目標① 実績",
                "text": "昨年度の約半分です。単位が千円でよいか、確かめてください。",
                "kind": "return",
            },
            {
                "who": "見本 太郎",
                "department": "産業振興課",
                "when": _WHEN + timedelta(hours=3),
                "text": "千円で間違いありません。要因の欄に理由を書き足しました。",
                "kind": "reply",
                "done": True,
            },
        ],
        "trail": [
            {"icon": "send", "title": "提出", "who": "見本 太郎 (産業振興課)", "when": _WHEN - timedelta(days=1)},
            {
                "icon": "return",
                "title": "差戻し",
                "who": "見本 花子 (情報経営課)",
                "when": _WHEN,
                "text": "成果目標① 実績、要因の2項目を見直してください。",
            },
            {"icon": "send", "title": "再提出", "who": "見本 太郎 (産業振興課)", "when": _WHEN + timedelta(hours=3)},
        ],
        "diff": [
            {"op": "same", "text": "利用できる店舗が"},
            {"op": "del", "text": "減ったため。"},
            {"op": "ins", "text": "年度の途中で12店減り、一人あたりの利用額も下がったため。"},
        ],
        "sides": [
            {"label": "昨年度", "text": "62,588千円"},
            {"label": "前回の提出", "text": "33,474円"},
            {"label": "今回", "text": "33,474千円"},
        ],
        "flags": ["昨年度の 0.53 倍です。", "向きは指標の名前から推し量りました(大きいほどよい)。"],
        "indicator": {
            "label": "成果目標①",
            "show_grade": True,
            "years": [
                _year(2022, "30,000千円", "40,529千円", grade="A"),
                _year(2023, "45,000千円", "62,588千円", grade="A"),
                _year(2024, "60,000千円", "33,474千円", grade="C", is_now=True, demo=True),
                _year(2025, "60,000千円", "", target_changed=True),
            ],
        },
        "schedule_years": [2022, 2023, 2024, 2025],
        "schedule": [
            {
                "name": "加盟店の拡大",
                "cells": [{"on": True, "start": True}, {"on": True}, {"on": True}, {"on": True, "end": True}],
            },
            {
                "name": "行政ポイントの試行",
                "cells": [
                    {},
                    {"on": True, "start": True, "end": True, "label": "試行"},
                    {"on": True, "start": True},
                    {"on": True, "end": True},
                ],
            },
        ],
        "chart": {
            "title": "月間利用金額 (年度月平均)",
            "unit": "千円",
            "direction": "up",
            "years": [
                {"year": 2022, "actual": 40529, "target": 30000},
                {"year": 2023, "actual": 62588, "target": 45000},
                {"year": 2024, "actual": 33474, "target": 60000, "is_now": True},
                {"year": 2025, "actual": None, "target": 60000, "actual_text": "未入力"},
            ],
        },
        "chart_break": {
            "title": "人口に対するマイナンバーカード保有枚数率",
            "unit": "%",
            "direction": "up",
            "years": [
                {"year": 2022, "actual": 71.4, "target": 100, "actual_text": "71.4%", "target_text": "100%"},
                {"year": 2023, "actual": 81.9, "target": 80, "actual_text": "81.9%", "target_text": "80%"},
                {
                    "year": 2024,
                    "actual": 81.1,
                    "target": 82,
                    "actual_text": "81.1%",
                    "target_text": "82%以上",
                    "definition_changed": True,
                    "note": "交付申請率から保有枚数率へ",
                    "is_now": True,
                },
                {"year": 2025, "actual": None, "target": 85, "actual_text": "未入力", "target_text": "85%以上"},
            ],
        },
        "grade_rows": [
            {"label": "令和6年度", "counts": {"A": 31, "B": 14, "C": 8, "D": 4, "－": 8}},
            {"label": "令和5年度", "counts": {"A": 28, "B": 12, "C": 11, "D": 6, "－": 7}},
            {"label": "令和4年度", "counts": {"A": 20, "B": 15, "C": 12, "D": 1, "－": 13}},
        ],
        "flow": {
            "not_started": 4,
            "editing": 7,
            "submitted": 12,
            "returned": 3,
            "reviewed": 4,
            "approved": 0,
            "published": 0,
            "excluded": 1,
        },
        "flow_urls": {state: f"#{state}" for state in ("not_started", "editing", "submitted", "returned", "reviewed")},
        "rows": [
            (
                "01-04",
                "地域通貨の普及促進",
                "産業振興課",
                "submitted",
                "C",
                "55.8",
                date(2025, 5, 9),
                "昨年度の 0.53 倍",
            ),
            (
                "01-13",
                "学校図書館の蔵書登録と読書の推進",
                "学校教育課",
                "returned",
                "－",
                "",
                date(2025, 5, 8),
                "部分の数が違います",
            ),
            ("02-02", "マイナンバーカードの普及促進", "情報経営課", "reviewed", "B", "98.9", date(2025, 5, 7), ""),
            ("03-07", "行政手続のオンライン化", "総務課", "approved", "A", "100", date(2025, 4, 30), ""),
            ("04-02", "職員のデジタル研修", "職員課", "not_submitted", None, "", None, ""),
        ],
    }
