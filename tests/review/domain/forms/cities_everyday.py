"""Forms of everyday kinds that earlier rounds did not have, found by trying what each kind of plan's report looks like."""

from tests.review.domain.forms.books import Case, Page, goal, measure

#: A 事務事業評価表: no heading over 活動指標 and the names beside it, each year of one kind, money below the goals.
COSTS_BELOW = Case(
    name="costs_below",
    pages=[Page(merged="A5:A6 A7:A8", text="""
事務事業評価表（令和5年度実施分）||||||
事務事業名|放課後児童健全育成事業|||担当部課|こども部 子育て支援課|
事業目的|昼間家庭にいない児童に遊びの場を与える。|||||
||R3実績|R4実績|R5計画|R5実績|R6計画
活動指標|クラブ数（か所）|24|25|26|26|27
|開所日数（日）|290|291|291|291|291
成果指標|入所児童数（人）|1,020|1,085|1,120|1,134|1,180
|待機児童数（人）|12|8|0|3|0
事業費（千円）|直接事業費|182,400|190,210|201,000|198,540|210,300
|人件費|12,000|12,000|12,000|12,000|12,000
評価|必要性|A|有効性|A|効率性|B
今後の方向性|拡充|||||
""")],
    measures=[measure(
        "放課後児童健全育成事業", "",
        goal("クラブ数（か所）", "", "", "2023=26 2024=27", "2021=24 2022=25 2023=26"),
        goal("開所日数（日）", "", "", "2023=291 2024=291", "2021=290 2022=291 2023=291"),
        goal("入所児童数（人）", "", "", "2023=1,120 2024=1,180", "2021=1,020 2022=1,085 2023=1,134"),
        goal("待機児童数（人）", "", "", "2023=0 2024=0", "2021=12 2022=8 2023=3"),
        texts={"事業目的": "昼間家庭にいない児童に遊びの場を与える。", "必要性": "A", "有効性": "A", "効率性": "B", "今後の方向性": "拡充"},
    )],
    doubts={"left_out"},
)  # fmt: skip
COSTS_BELOW.measures[0]["departments"] = ["こども部 子育て支援課"]

#: A 介護保険事業計画: an unknown word (計画比) beside 計画値 and 実績値 under each year, no name of a goal.
UNKNOWN_BESIDE = Case(
    name="unknown_beside",
    pages=[Page(merged="A2:A3 B2:B3 C2:E2 F2:H2", text="""
第9期介護保険事業計画 計画値と実績値の比較|||||||
サービス|単位|令和4年度|||令和5年度||
||計画値|実績値|計画との比|計画値|実績値|計画との比
訪問介護|人/月|420|405|96.4%|431|419|97.2%
通所介護|人/月|541|502|92.8%|552|515|93.3%
""")],
    measures=[
        measure("訪問介護", "", goal("訪問介護", "人/月", "", "2022=420 2023=431", "2022=405 2023=419")),
        measure("通所介護", "", goal("通所介護", "人/月", "", "2022=541 2023=552", "2022=502 2023=515")),
    ],
    doubts={"unknown_column", "no_goal_column"},
)  # fmt: skip

#: A 障害福祉計画: 見込 beside the 実績 of each year; what is counted has a unit, and its kind left of it.
FORECASTS = Case(
    name="forecasts",
    pages=[Page(merged="A2:A3 B2:B3 C2:C3 D2:E2 F2:G2", text="""
第7期障害福祉計画 サービス見込量の進捗||||||
サービス種別|サービス名|単位|R5||R6|
|||見込|実績|見込|実績
訪問系|居宅介護|時間/月|840|851|860|872
訪問系|同行援護|時間/月|125|118|130|127
日中活動系|生活介護|人/月|97|98|99|99
""")],
    measures=[
        measure("訪問系", "", goal("居宅介護", "時間/月", "", "2023=840 2024=860", "2023=851 2024=872"),
                goal("同行援護", "時間/月", "", "2023=125 2024=130", "2023=118 2024=127")),
        measure("日中活動系", "", goal("生活介護", "人/月", "", "2023=97 2024=99", "2023=98 2024=99")),
    ],
    doubts={"group_assumed", "goal_assumed"},
)  # fmt: skip

#: A 男女共同参画 report: R6年度実績 and R7年度計画 are sentences, and no goal is named.
SENTENCES = Case(
    name="sentences_of_years",
    pages=[Page(merged="A2:A3", text="""
基本目標|施策の方向|No.|具体的施策|事業内容|R6年度実績|R7年度計画|担当課
Ⅰ 意識をかえる|1 啓発の推進|1|広報・啓発|広報紙に載せる。|6月号に載せた。|引き続き載せる。|人権推進課
||2|講座の開催|講座を年3回開く。|3回開き、84人が参加した。|年4回に増やす。|人権推進課
""")],
    measures=[
        measure("広報・啓発", "人権推進課", code="1", group="Ⅰ 意識をかえる > 1 啓発の推進",
                texts={"事業内容": "広報紙に載せる。", "R6年度実績": "6月号に載せた。", "R7年度計画": "引き続き載せる。"}),
        measure("講座の開催", "人権推進課", code="2", group="Ⅰ 意識をかえる > 1 啓発の推進",
                texts={"事業内容": "講座を年3回開く。", "R6年度実績": "3回開き、84人が参加した。", "R7年度計画": "年4回に増やす。"}),
    ],
)  # fmt: skip

#: A heading says the goal, the year and the value in one word.
ONE_WORD = Case(
    name="one_word",
    pages=[Page(text="""
施策|担当課|利用者数（人）R5目標|利用者数（人）R5実績|満足度（％）目標(R5)|満足度（％）実績(R5)
図書館の充実|図書館|210,000|208,115|80|76
公民館の充実|公民館|212,000|213,907|82|81
""")],
    measures=[
        measure("図書館の充実", "図書館", goal("利用者数（人）", "", "", "2023=210,000", "2023=208,115"), goal("満足度（％）", "", "", "2023=80", "2023=76")),
        measure("公民館の充実", "公民館", goal("利用者数（人）", "", "", "2023=212,000", "2023=213,907"), goal("満足度（％）", "", "", "2023=82", "2023=81")),
    ],
)  # fmt: skip

#: A health plan's handout: 項目 names the goals, numbered lines between repeated heads the fields, 現状値 beside 策定時.
ITEMS_BY_FIELD = Case(
    name="items_by_field",
    pages=[Page(title="資料1", text="""
令和6年度 第2期健康増進計画 目標値の達成状況|||||
1 栄養・食生活|||||
項目|策定時（R1）|中間評価（R4）|R6現状値|目標値（R7）|判定
朝食を毎日食べる人の割合|58.1%|60.4%|61.2%|70%|B
野菜を350g以上食べる人の割合|28.8%|27.9%|29.5%|40%|B
2 身体活動・運動|||||
項目|策定時（R1）|中間評価（R4）|R6現状値|目標値（R7）|判定
運動を週2回以上行う人の割合|33.0%|35.2%|36.1%|40%|B
歩数の平均値|6,880歩|6,742歩|7,015歩|8,000歩|C
※判定 A：達成 B：改善 C：横ばい|||||
""")],
    measures=[
        measure("1 栄養・食生活", "", goal("朝食を毎日食べる人の割合", "", "58.1%", "2025=70%", "2022=60.4% 2024=61.2%"),
                goal("野菜を350g以上食べる人の割合", "", "28.8%", "2025=40%", "2022=27.9% 2024=29.5%")),
        measure("2 身体活動・運動", "", goal("運動を週2回以上行う人の割合", "", "33.0%", "2025=40%", "2022=35.2% 2024=36.1%"),
                goal("歩数の平均値", "", "6,880歩", "2025=8,000歩", "2022=6,742歩 2024=7,015歩")),
    ],
)  # fmt: skip

#: The year of a target stands behind its value, in full-width brackets.
YEARS_OF_VALUES = Case(
    name="years_of_values",
    pages=[Page(title="一覧", text="""
施策|担当課|指標|基準値|R5|R6|目標値
企業の支援|商工課|創業した件数|12（R元）|25|39|60（R7）
企業の誘致|企業課|立地した企業の数|1（R2）|3|4|6（R7）
""")],
    measures=[
        measure("企業の支援", "商工課", goal("創業した件数", "", "12（R元）", "2025=60（R7）", "2023=25 2024=39")),
        measure("企業の誘致", "企業課", goal("立地した企業の数", "", "1（R2）", "2025=6（R7）", "2023=3 2024=4")),
    ],
    doubts={"year_in_value"},
)  # fmt: skip

#: A reform card: 推進項目 below 改革項目, and 数値目標 over 計画, 実績 and 効果額 left of what is counted.
KINDS_UNDER_TARGET = Case(
    name="kinds_under_target",
    pages=[Page(text="""
様式1 行政改革実施計画 取組状況調査票|||||||
改革項目|受益者負担の適正化||||||
推進項目|使用料の見直し||整理番号|12|||
主管課|財政課||||||
数値目標|項目|単位|R4|R5|R6|R7|R8
計画|見直した施設の数|施設|0|12|20|28|35
実績|||0|10|21||
効果額（千円）|||0|1,200|3,400||
進捗状況|B 概ね計画どおり||||||
""")],
    measures=[
        measure("使用料の見直し", "財政課",
                goal("見直した施設の数", "施設", "", "2022=0 2023=12 2024=20 2025=28 2026=35", "2022=0 2023=10 2024=21"),
                code="12", group="受益者負担の適正化"),
    ],
    doubts={"left_out"},
)  # fmt: skip

#: A column for each goal, and no 施策.
GOALS_AS_COLUMNS = Case(
    name="goals_as_columns",
    pages=[Page(title="KPI", text="""
指標名|人口の社会増減|合計特殊出生率|新規就農者数
担当課|企画課|こども課|農政課
基準値（R1）|△45|1.42|3
R5実績|△12|1.35|4
R6実績|5|1.31|6
R7目標|10|1.50|8
""")],
    measures=[
        measure("人口の社会増減", "企画課", goal("人口の社会増減", "", "△45", "2025=10", "2023=△12 2024=5")),
        measure("合計特殊出生率", "こども課", goal("合計特殊出生率", "", "1.42", "2025=1.50", "2023=1.35 2024=1.31")),
        measure("新規就農者数", "農政課", goal("新規就農者数", "", "3", "2025=8", "2023=4 2024=6")),
    ],
    doubts={"turned_sheet", "no_measure_column"},
)  # fmt: skip

#: 目標 and 実績 in one cell under each year, their words in a bracket.
TWO_IN_BRACKETS = Case(
    name="two_in_brackets",
    pages=[Page(text="""
令和6年度 図書館サービス評価
サービス|指標|令和5年度（目標／実績）|令和6年度（目標／実績）|担当
貸出|貸出冊数（千冊）|200／195|205／199|図書館
相談|受付件数|820／811|830／842|図書館
""")],
    measures=[
        measure("貸出", "図書館", goal("貸出冊数（千冊）", "", "", "2023=200 2024=205", "2023=195 2024=199")),
        measure("相談", "図書館", goal("受付件数", "", "", "2023=820 2024=830", "2023=811 2024=842")),
    ],
    doubts={"two_in_cell"},
)  # fmt: skip

#: Fields as lines with a head each, 内容 beside 施策・事業 and 指標, two goals of a 施策.
CONTENTS_BESIDE = Case(
    name="contents_beside",
    pages=[Page(text="""
第４次障がい者計画 進捗状況（令和６年度末）||||||||
Ⅰ 地域生活の支援||||||||
No.|施策・事業|担当課|内容|指標|単位|R5実績|R6目標|R6実績
1|相談支援の充実|障がい福祉課|センターで相談に応じる。|相談件数|件|1,204|1,300|1,355
||||専門職の人数|人|4|5|5
Ⅱ 就労の支援||||||||
No.|施策・事業|担当課|内容|指標|単位|R5実績|R6目標|R6実績
2|就労移行の支援|障がい福祉課、商工課|企業と結ぶ。|就労した人の数|人|14|18|16
""")],
    measures=[
        measure("相談支援の充実", "障がい福祉課", goal("相談件数", "件", "", "2024=1,300", "2023=1,204 2024=1,355"),
                goal("専門職の人数", "人", "", "2024=5", "2023=4 2024=5"),
                code="1", group="Ⅰ 地域生活の支援", texts={"内容": "センターで相談に応じる。"}),
        measure("就労移行の支援", "障がい福祉課 商工課", goal("就労した人の数", "人", "", "2024=18", "2023=14 2024=16"),
                code="2", group="Ⅱ 就労の支援", texts={"内容": "企業と結ぶ。"}),
    ],
)  # fmt: skip

#: A card of which 施策名 has コード and 名称 beside it, the goals explained, verdicts below.
NAME_IN_PARTS = Case(
    name="name_in_parts",
    pages=[Page(title="101", text="""
施策評価調書（評価対象年度：令和6年度）||||||||
１ 施策の概要||||||||
施策名|コード|101|名称|防災体制の充実||||
主管部署|危機管理課|||関連部署|消防総務課・建設課|||
２ 指標の達成状況||||||||
指標名|指標の説明|単位|R5実績|R6実績|R6目標|||
訓練の参加率|参加者／世帯数|％|24.8|26.0|28.0|||
備蓄食料数|年度末の在庫|食|51,000|52,500|55,000|||
３ 評価||||||||
達成度評価|Ｂ|||||||
要因分析|周知が不足した。|||||||
""")],
    measures=[measure(
        "防災体制の充実", "危機管理課 消防総務課 建設課",
        goal("訓練の参加率", "％", "", "2024=28.0", "2023=24.8 2024=26.0"),
        goal("備蓄食料数", "食", "", "2024=55,000", "2023=51,000 2024=52,500"),
        code="101", texts={"指標の説明": "参加者／世帯数\n年度末の在庫", "要因分析": "周知が不足した。"})],
    doubts={"left_out"},
)  # fmt: skip

#: 見込量 and 実績 of each service, counted in two units.
IN_TWO_UNITS = Case(
    name="in_two_units",
    pages=[Page(text="""
障害福祉サービスの見込量と実績||||||
サービス名|単位|区分|令和5年度|令和6年度|令和7年度|令和8年度
居宅介護|時間|見込量|1,200|1,250|1,300|1,350
||実績|1,188|1,262|1,310|
|人|見込量|80|82|84|86
||実績|78|83|85|
短期入所|人日|見込量|150|160|170|180
||実績|121|139|155|
""")],
    measures=[
        measure("居宅介護", "", goal("居宅介護", "時間", "", "2023=1,200 2024=1,250 2025=1,300 2026=1,350", "2023=1,188 2024=1,262 2025=1,310"),
                goal("居宅介護", "人", "", "2023=80 2024=82 2025=84 2026=86", "2023=78 2024=83 2025=85")),
        measure("短期入所", "", goal("短期入所", "人日", "", "2023=150 2024=160 2025=170 2026=180", "2023=121 2024=139 2025=155")),
    ],
    doubts={"no_goal_column"},
)  # fmt: skip

#: The name of a goal is written again for each of whom it is counted; 方向性 right of the goals is theirs.
NAMES_AGAIN = Case(
    name="names_again",
    pages=[Page(text="""
健康・食育推進計画 指標||||||||
目標|指標|対象|計画策定時（令和4年度）|令和5年度|令和6年度|令和10年度目標|方向性|担当課
適正な体重を保つ|BMI25以上の割合|男性|33.4%|33.0%|32.1%|28.0%|減少|健康課
|BMI25以上の割合|女性|21.0%|20.9%|21.2%|18.0%|減少|健康課
朝食を食べる|朝食欠食率|20歳代|24.0%|23.1%|22.8%|15.0%|減少|健康課
""")],
    measures=[
        measure("適正な体重を保つ", "健康課", goal("BMI25以上の割合(男性)", "", "33.4%", "2028=28.0%", "2023=33.0% 2024=32.1%"),
                goal("BMI25以上の割合(女性)", "", "21.0%", "2028=18.0%", "2023=20.9% 2024=21.2%")),
        measure("朝食を食べる", "健康課", goal("朝食欠食率", "", "24.0%", "2028=15.0%", "2023=23.1% 2024=22.8%")),
    ],
    doubts={"goal_divided", "left_out"},
)  # fmt: skip

#: The 施策 is a heading, offices in a line below it with those beside in a bracket, texts after the goals, columns with letters.
HEADED_SHEET = Case(
    name="headed_sheet",
    pages=[Page(text="""
施策１ 子育て支援の充実||||
担当課：こども課（関係課：健康課、学校教育課）||||
＜指標＞||||
指標|基準値|目標値|令和5年度(A)|令和6年度(B)
|（R2）|（R8）||
出生率|1.41|1.60|1.33|1.30
待機児童数|12人|0人|3人|0人
＜評価＞||||
取組の成果|待機児童が解消した。|||
課題|出生数が減少している。|||
""")],
    measures=[measure(
        "施策１ 子育て支援の充実", "こども課 健康課 学校教育課", goal("出生率", "", "1.41", "2026=1.60", "2023=1.33 2024=1.30"),
        goal("待機児童数", "", "12人", "2026=0人", "2023=3人 2024=0人"),
        texts={"取組の成果": "待機児童が解消した。", "課題": "出生数が減少している。"})],
)  # fmt: skip

EVERYDAY = [
    HEADED_SHEET,
    CONTENTS_BESIDE, NAME_IN_PARTS, IN_TWO_UNITS, NAMES_AGAIN,
    KINDS_UNDER_TARGET, GOALS_AS_COLUMNS, TWO_IN_BRACKETS, COSTS_BELOW, UNKNOWN_BESIDE, FORECASTS, SENTENCES, ONE_WORD, ITEMS_BY_FIELD, YEARS_OF_VALUES,
]  # fmt: skip
