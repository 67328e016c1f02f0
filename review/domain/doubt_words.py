"""The doubts that readers of a plan's file have, by code (with a word behind it where a code says several things): what
each says, and what it usually proposes. Sentences of `wording`."""

from collections.abc import Mapping

from review.domain.wording import part, sentence

_LEFT, _TAKEN, _AS_YEAR = "取り込まない", "取り込む", "%(western_year)s年度"
_WAY = "成果目標%(number)sの向き(大きいほどよいか、小さいほどよいか)を確かめてください。%(why_words)s"

DOUBTS: dict[str, tuple[str, str]] = {
    # of lists and tables
    "hidden_sheet": ("シート「%(title)s」は非表示のため、読みませんでした。", _LEFT),
    "sample_sheet": ("シート「%(title)s」は記入の例や説明のため、読みませんでした。", _LEFT),
    "two_in_cell": ("%(heading_words)sを、2つの値の欄に分けて読みました。", "分けて読む"),
    "sheet_joined": ("シート「%(title)s」を、施策「%(name)s」の続きとして読みました。", ""),
    "rows_in_turn": ("目標と実績などの区別を、注記「%(text)s」のとおり、指標の行の順に読みました。", ""),
    "turned_sheet": ("シート「%(title)s」は、列ごとに1つの施策として読みました。", "列ごとに読む"),
    "hidden_row": ("%(row)s行目は非表示ですが、読みました。", _TAKEN),
    "hidden_column": ("%(column)s列は非表示ですが、読みました。", _TAKEN),
    "date_cell": ("日付のセルを「%(text)s」と読みました。記入どおりか確かめてください。", ""),
    "group_from_sheet": ("分野の欄がないため、シートの名前「%(title)s」を分野としました。", ""),
    "left_out": ("%(heading_words)sは、取り込む先がありません。", _LEFT),
    "left_out:label": ("「%(label)s」は、取り込む先がありません。", _LEFT),
    "unplaced": ("「%(text)s」の置き場所が分かりません。", _LEFT),
    "unplaced:label": ("「%(label)s」の「%(text)s」の置き場所が分かりません。", _LEFT),
    "unplaced:more": ("ほかに%(count)s個のセルの置き場所が分かりません。", _LEFT),
    "no_department": ("施策「%(name)s」の担当部署が書かれていません。", "担当未定"),
    "total_row": ("「%(text)s」は合計の行として読みませんでした。", _LEFT),
    "section_assumed": ("「%(text)s」を、下の施策の分野として読みました。", ""),
    "ditto": ("「%(sign)s」を、上の「%(text)s」として読みました。", ""),
    "ditto:value": ("同じ値の印を、上の「%(text)s」として読みました。", ""),
    "no_measure": ("どの施策の行か分かりません。", _LEFT),
    "table_continued": ("施策の名前がないため、前の表の続きとして、施策「%(name)s」の行として読みました。", ""),
    "measure_missing": ("施策の名前がないため、分野「%(name)s」の名前で読みました。", ""),
    "no_measure_column": ("施策の欄がありません。", "「%(name)s」を施策とする"),
    "no_goal_column": ("指標の名前の欄がありません。", "施策名を指標の名前とする"),
    "no_goal_name": ("値がありますが、指標の名前がありません。", _LEFT),
    "several_in_cell": ("1つのセルに指標が%(count)sつ書かれているようです。1つの指標として読みました。", "指標ごとに行を分ける"),
    "several_in_cell:divided": ("1つのセルの指標%(count)sつを、値の行の順に分けて読みました。", "指標ごとに分ける"),
    "department_from_sheet": ("担当部署の欄がないため、シートの名前「%(title)s」を担当部署としました。", ""),
    "goal_divided": ("「%(name)s」は行ごとに分けて読みました。", ""),
    "merged_value": ("結合されたセルの「%(text)s」を、かかる行と年度のすべての値として読みました。", ""),
    "kind_unknown": ("%(heading_words)sの値が目標か実績か分かりません。", _LEFT),
    "kind_assumed": ("%(heading_words)sに目標か実績かの言葉がないため、%(kind_item)sとして読みました。", "%(kind_item)sとする"),
    "kind_assumed:title": ("%(heading_words)sに目標か実績かの言葉がないため、表題から%(kind_item)sとして読みました。", "%(kind_item)sとする"),
    "current_as_actual": ("%(heading_words)sは、基準値が別にあるため、実績として読みました。", "実績とする"),
    "year_unknown": ("%(heading_words)sの値がどの年度のものか分かりません。", _LEFT),
    "year_from_title": ("%(heading_words)sに年度がないため、表題から%(western_year)s年度の値として読みました。", _AS_YEAR),
    "year_in_value": ("値「%(text)s」に書かれた年度の値として読みました。", _AS_YEAR),
    "year_range": ("見出し「%(label)s」は、期間の見出しのため、最後の年度の値として読みました。", _AS_YEAR),
    "year_without_era": ("見出し「%(label)s」は、元号がないため、令和として読みました。", _AS_YEAR),
    "year_by_month": ("見出し「%(label)s」は、月から年度を読みました。", _AS_YEAR),
    "years_differ": ("見出し「%(label)s」は、年度が2つあるため、後の年度として読みました。", _AS_YEAR),
    "unknown_column": ("%(heading_words)sが何を表すか分かりません。", _LEFT),
    "unit_of_note": ("表の上の「単位:%(unit)s」を、すべての指標の単位として読みました。", ""),
    "two_values": ("「%(name)s」の同じ年度の値が2つあります(「%(before)s」と「%(text)s」)。", ""),
    "bare_numbers": ("表示形式のない数値%(count)s個を、桁区切りと小数の桁をそろえて読みました(例: %(example)s)。", ""),
    # of what looks like something else than it was taken for
    "odd": ("「%(text)s」は、%(kind_item)sらしくありませんが、%(kind_item)sとして読みました。", "ファイルを見て確かめる"),
    "odd:column": ("%(heading_words)sの多くが、%(kind_item)sらしくありませんが、%(kind_item)sとして読みました。", "ファイルを見て確かめる"),
    "code_twice": ("番号「%(name)s」が、2つ以上の施策にあります。", "ファイルを見て確かめる"),
    "name_twice": ("施策「%(name)s」が2つ以上になりました。1つの施策ではないか確かめてください。", "別の施策とする"),
    "goal_without_value": ("指標「%(name)s」の値が1つも見つかりません。", "値なしで取り込む"),
    "groups_once": ("施策ごとに分野が違います(例:「%(name)s」)。分野として読んだ欄や行が正しいか確かめてください。", "ファイルを見て確かめる"),
    # of what a list becomes
    "year_outside_plan": ("%(year)sは計画の期間の外のため、その年度の目標と実績は取り込みませんでした。", _LEFT),
    "code_made": ("施策「%(name)s」に、施策ID「%(made)s」を付けました。", ""),
    "code_made:instead": ("施策「%(name)s」に、施策ID「%(made)s」を付けました。ファイルの番号「%(given)s」は、ほかの施策と同じか、施策IDにできない文字です。", ""),
    "no_department:nobody": ("施策「%(name)s」の担当部署が書かれていません。「%(nobody)s」としました。", ""),
    "text_left_out": ("「%(label)s」の文章は、シートに置く欄がないため取り込みませんでした。", ""),
    # of the city's own form
    "missing_owner": ("主管部署が空欄です。", ""),
    "shifted_cell:value": ("「%(label_item)s」の値が右の列にずれています。", ""),
    "shifted_cell:heading": ("見出し「施策概要」が1つ左の列にずれています。", ""),
    "shifted_cell:beyond": ("年度の列より右に「%(text)s」があり、列がずれた可能性があります。取り込んでいません。", ""),
    "shifted_cell:right": ("%(row_item)sの行が%(count)s列右にずれています。ずれを戻して読みました。", ""),
    "shifted_cell:left": ("%(row_item)sの行が%(count)s列左にずれています。ずれを戻して読みました。", ""),
    "shifted_cell:up": ("「%(text)s」が1つ上の行にずれ、その下の欄が空いています。", ""),
    "shifted_cell:empty": ("%(row_item)sが空欄なのに、目標か実績があります。空のセルで列がずれた可能性があります。", ""),
    "code_variant": ("施策ID「%(typed)s」を「%(text)s」と読みました。", ""),
    "damaged_heading": ("見出し「施策概要」の行がありません。", ""),
    "damaged_heading:other": ("見出し「施策概要」が「%(text)s」になっています。", ""),
    "related_note": ("関連部署に理由「%(note)s」が添えられています。部署名と分けて読みました。", ""),
    "loose_word": ("「%(label_item)s」の右に「%(text)s」が残っています。取り込んでいません。", ""),
    "loose_word:bar": ("スケジュールの線がなく、%(texts)sだけが残っています。", ""),
    "merged_header": ("見出し「%(text)s」に%(all_years)sがまとめて入り、右の列がずれて空いています。", ""),
    "missing_year_heading": ("見出し「%(year)s」がありません。", ""),
    "different_years": ("ほかの施策と年度が違います(%(all_years)s)。", ""),
    "duplicate": ("取組内容「%(name)s」が2回あります。", ""),
    "duplicate:name": ("施策名「%(name)s」が、ほかの施策と同じです。", ""),
    "schedule_bar_lost": ("取組内容%(count)s件に、スケジュールの線がありません: %(texts)s", "原本を見て、実施する年度に線(■)を引く"),
    "empty_indicator": ("%(row_item)sは、評価項目・目標・実績のどれも空欄です。", "目標を定めない欄として扱う"),
    "damaged_label": ("成果目標の番号の欄が「%(texts)s」になっています。上からの順番で読みました。", ""),
    "damaged_name": ("%(row_item)sが「%(text)s」だけになっています。", ""),
    "unread_line": ("どの欄か分からない行「%(text)s」は、取り込んでいません。", ""),
    "damaged_department": ("%(label_item)s「%(name)s」は、文字が欠けたか旧字体になった「%(right)s」と思われます。", ""),
    "missing_measure": ("施策ID「%(missing)s」がありません。欠番か、読み落としかを確かめてください。", "欠番とする"),
    "dash_variant": ("「%(text)s」は「-」(該当なし)の読み違いと思われます。", ""),
    "stray_space": ("「%(text)s」に、語の途中で切れたと思われる空白が%(count)sか所あります。", ""),
    "stray_space:outside": ("「%(text)s」の前または後ろに空白があります。", ""),
    "variant_dot": ("「%(text)s」に、中黒「・」ではない点「·」があります。", ""),
    "damaged_letter": ("「%(text)s」に、読み取れない文字または外字があります。", ""),
    # of a workbook of that form
    "skipped_sheet": ("シート「%(title)s」には「施策ID」の欄がないため、取り込んでいません。", ""),
    "sheet_name_differs": ("シートの名前「%(title)s」と施策ID「%(right)s」が違います。施策IDで読みました。", ""),
    "demo_value": ("このシートには「%(sign)s」の印があります。試しに入れた値を含みます。", "公表する値として取り込まない"),
    "excel_value": ("セル%(place)sはExcelが変えた値です。「%(text)s」と読みました。記入どおりか確かめてください。", ""),
    # of a file beside the plan
    "department_made": ("部署「%(name)s」を新しく作りました。同じ部署が別の名前で登録されていないか確かめてください。", ""),
    "differs_from_open_year": ("%(western_year)s年度は評価中または公表済みの年度か、そのシートに示されている年度のため、ファイルと異なる「%(what_items)s」を書き換えませんでした。", ""),
    "direction_inferred": (_WAY, ""),
    "direction_unknown": (_WAY, ""),
    "field_proposed": ("施策ID「%(given)s」の分野が計画にないため、「%(place)s」としました。計画の体系で確かめてください。", ""),
    "other_plan": ("計画には%(count)s件の施策がありますが、ファイルと同じ名前の施策が1つもありません。別の計画か、別の自治体のファイルではないか確かめてください。", "すべて新しい施策として加える"),
    "measures_missing": ("計画にある施策のうち%(count)s件がファイルにありません: %(some_term)s。今のまま残します。", "今のまま残す"),
    "other_city": ("ファイルの部署%(count)s件(%(some_term)s)は、1つも登録されていません。別の自治体のファイルではないか確かめてください。", "すべて新しい部署として作る"),
    "no_goal": ("施策「%(name)s」に成果目標が1つもありません。表が途中で切れていないか確かめてください。", "成果目標なしで取り込む"),
    "no_target": ("目標が1つも書かれていない成果目標が%(count)s件あります: %(some_term)s。", "目標なしで取り込む"),
}  # fmt: skip
for _detail, _proposal in DOUBTS.values():
    sentence(_detail)
    part(_proposal or _LEFT)
#: The codes of which a proposal is the product's words; that of another is what would be typed.
OURS = {says.partition(":")[0] for says, (_detail, proposal) in DOUBTS.items() if proposal} | {"loose_word"}

#: A doubt with the place of which it speaks; the places; further proposals.
PLACED = sentence("%(place_item)s: %(doubt_sentence)s")
IN_SHEET, SHEET, LINE = map(part, ("シート「%(title)s」の%(cell)s", "シート「%(title)s」", "%(line)s行目"))
OF_YEARS = part("%(row_item)s(%(all_years)s)")
COLUMN, NO_HEADING = part("「%(label)s」の欄"), part("見出しのない欄")
NO_MARK = part("不要な印として消す")
MORE = part("%(names)s ほか%(count)s件")
WAYS = {"up": part("大きいほどよい"), "down": part("小さいほどよい")}


def doubt(says: str, proposal: str | None, facts: Mapping[str, object]) -> dict[str, str]:
    """Code, detail and proposal of a doubt; the usual proposal where None is given."""
    detail, usual = DOUBTS[says]
    proposed = usual % facts if proposal is None else proposal
    return {"code": says.partition(":")[0], "detail": detail % facts, "proposal": proposed}
