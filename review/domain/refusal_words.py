"""Why a plan's file is refused, by code (with a word behind it where a code says several things): the cause, and what to
do. Sentences of `wording`."""

from collections.abc import Mapping

from review.domain.doubt_words import IN_SHEET, LINE, PLACED, SHEET
from review.domain.measure_codes import HOW
from review.domain.wording import part, sentence

_AGAIN, _NEW_CODE = "ファイルを確かめて、もう一度取り込んでください。", f"{HOW}記入してください。"
_TEXT = "タブ区切りのテキストか、市の様式の.xlsxを選び直してください。"

REFUSALS: dict[str, tuple[str, str]] = {
    "empty": ("ファイルが空です。", "計画の文書か一覧を選び直してください。"),
    "no_text": ("文字ではないデータが含まれています。文書ではないか、壊れています。", _TEXT),
    "no_text:list": ("文字ではないデータが含まれています。", "CSVか.xlsxの形式で保存し直してください。"),
    "no_encoding": ("文字コードを読み取れません。ファイルが途中で切れているか、壊れています。", "UTF-8のテキストか、CSV(UTF-8)の形式で保存し直してください。"),
    "no_csv": ("CSVとして読めません。", "Excelで開いてCSVに保存し直してください。"),
    # of lists and tables
    "no_plan": ("施策や指標の見出しが見つかりません。計画の一覧や評価シートではないようです。", "「施策」「指標」「目標」「実績」などの見出しがある表を選び直してください。"),
    "no_years": ("目標や実績の年度が1つも読めません。", "計画とファイルの組み合わせを確かめてください。"),
    "no_years:outside": ("ファイルの年度(%(file_years)s)が、すべて計画の期間(%(first_year)s〜%(last_year)s)の外です。", "計画とファイルの組み合わせを確かめてください。"),
    "too_long": ("%(what_item)s「%(text)s…」が長すぎます(%(most_n)s文字まで。今は%(now_n)s文字です)。", "短くするか、欄の見出しを確かめてください。"),
    "code_refused": ("施策ID「%(code)s」は使えません。", "20文字までの番号に直してください。"),
    "code_taken": ("施策ID「%(code)s」が2つの施策にあります。", "どちらかを別の番号にしてください。"),
    # of the city's own form
    "no_code": ("「施策ID」の行が1つもありません。計画の文書ではないようです。", "「施策ID」の欄がある、タブ区切りのテキストを選び直してください。"),
    "no_code:book": ("市の様式のシート(「施策ID」の欄があるシート)が1つもありません。", "施策シートのブックを選び直してください。"),
    "text_before": ("最初の「施策ID」より前に、施策の続きと思われる行があります。", _AGAIN),
    "code_twice": ("施策ID「%(code)s」が2回あります(1回目は%(place_item)s)。", "どちらが正しいかを確かめ、1つにしてください。"),
    "no_header": ("「取組内容」と年度の見出しの行がありません。", _AGAIN),
    "no_header:years": ("「取組内容」の行に年度の見出しがありません。", _AGAIN),
    "no_goals": ("「成果目標」の欄(評価項目・目標・実績)がありません。", _AGAIN),
    "goal_cut": ("「評価項目」の下に「目標」「実績」の行が続いていません。", _AGAIN),
    "no_field": ("「%(label_item)s」の欄がありません。", _AGAIN),
    "no_field:text": ("「%(label_item)s」の欄がありません。", "欄の名前を変えた計画の施策シートは、その計画の「計画の取込み」の画面から送ってください。"),
    "no_name": ("施策名が空欄です。", _AGAIN),
    "label_twice": ("「%(label_item)s」が1つの施策に2回あります。", _AGAIN),
    "label_twice:head": ("「%(label_item)s」が1つの施策に2回あります。前の施策との境(施策IDの行)が失われた可能性があります。", _AGAIN),
    "bad_code": ("施策ID「%(text)s」の形が正しくありません。", _NEW_CODE),
    "bad_code:empty": ("施策IDが空欄です。", _NEW_CODE),
}  # fmt: skip
for _both in REFUSALS.values():
    list(map(sentence, _both))
_OF_MEASURE = part("施策「%(measure)s」")


def refusal(says: str, *, sheet: str, line: int, measure: str, facts: Mapping[str, object]) -> str:
    """Where, what is wrong, and what to do."""
    words, row = "".join(REFUSALS[says]) % facts, LINE % {"line": line} if line else ""
    in_sheet = (IN_SHEET if row else SHEET) % {"title": sheet, "cell": row} if sheet else row
    for place in filter(None, (_OF_MEASURE % {"measure": measure} if measure else "", in_sheet)):
        words = PLACED % {"place_item": place, "doubt_sentence": words}
    return words
