"""Forms of the kinds that the batches e and f showed, in other words than theirs."""

from tests.review.domain.forms.books import Case, Page, goal, measure

#: the row of the start says so beside its year, and 目標 beside the last
BASE_ROWS = Case(
    name="base_rows",
    pages=[
        Page(
            title="指標の推移",
            text="""
施策|環境指標|担当課|年度|計画値|実績値
省エネの推進|温室効果ガス排出量|環境課|基準年度⏎(平成30年度)||612
|||令和3年度|590|598
|||令和4年度|580|591
|||令和12年度⏎(目標年度)|331|
ごみの減量|ごみ排出量|清掃課|基準年度⏎(平成30年度)||928
|||令和3年度|905|921
|||令和4年度|895|902
|||令和12年度⏎(目標年度)|820|
""",
            merged="A2:A5 B2:B5 C2:C5 A6:A9 B6:B9 C6:C9",
        )
    ],
    measures=[
        measure(
            "省エネの推進", "環境課",
            goal("温室効果ガス排出量", "", "612", "2021=590 2022=580 2030=331", "2021=598 2022=591"),
        ),
        measure(
            "ごみの減量", "清掃課", goal("ごみ排出量", "", "928", "2021=905 2022=895 2030=820", "2021=921 2022=902")
        ),
    ],
)  # fmt: skip
#: one column says the year and the kind of its row
WORDED_YEARS = Case(
    name="worded_years",
    pages=[
        Page(
            title="目標",
            text="""
施策|指標|担当課|時点|値
緑の保全|公園面積|公園課|策定時|8.7㎡
|||R6実績|8.9㎡
|||R12目標|9.5㎡
水の保全|BOD達成率|環境課|策定時|85.7%
|||R6実績|92.1%
|||R12目標|100%
""",
        )
    ],
    measures=[
        measure("緑の保全", "公園課", goal("公園面積", "", "8.7㎡", "2030=9.5㎡", "2024=8.9㎡")),
        measure("水の保全", "環境課", goal("BOD達成率", "", "85.7%", "2030=100%", "2024=92.1%")),
    ],
)
#: 基本目標 over small tables, each under a 施策 with its office on the same line
OFFICE_ON_THE_LINE = Case(
    name="office_on_the_line",
    pages=[
        Page(
            title="こども計画",
            text="""
こども計画　進捗状況
基本目標１　権利を守る
施策１　意見表明の支援|||主管|こども課
成果指標|単位|基準値(R4)|R6実績|R10目標|備考
認知度|%|38.5|41.2|60.0|
会議の開催|回|2|4|6|
施策２　母子の健康|||主管|健康課、こども課
成果指標|単位|基準値(R4)|R6実績|R10目標|備考
訪問の実施率|%|96.8|97.9|100.0|
基本目標２　家庭を支える
施策３　保育の確保|||主管|保育課
成果指標|単位|基準値(R4)|R6実績|R10目標|備考
待機児童|人|4|0|0|年度当初
""",
        )
    ],
    measures=[
        measure(
            "施策１　意見表明の支援", "こども課", goal("認知度", "%", "38.5", "2028=60.0", "2024=41.2"),
            goal("会議の開催", "回", "2", "2028=6", "2024=4"), group="基本目標１　権利を守る",
        ),
        measure(
            "施策２　母子の健康", "健康課 こども課", goal("訪問の実施率", "%", "96.8", "2028=100.0", "2024=97.9"),
            group="基本目標１　権利を守る",
        ),
        measure(
            "施策３　保育の確保", "保育課", goal("待機児童", "人", "4", "2028=0", "2024=0"), group="基本目標２　家庭を支える"
        ),
    ],
    doubts={"left_out"},
)  # fmt: skip
#: the same with the office alone in a bracket
OFFICE_IN_BRACKET = Case(
    name="office_in_bracket",
    pages=[
        Page(
            title="計画",
            text="""
人権計画　成果指標の状況
■基本方針Ⅰ　学び
（1）学校での学び||||（学校教育課）
成果指標|単位|基準値(R4)|R6実績|R10目標
授業の実施|校|8|9|11
（2）地域での学び||||（生涯学習課）
成果指標|単位|基準値(R4)|R6実績|R10目標
講座の参加|人|80|95|120
■基本方針Ⅱ　相談
（1）窓口の充実||||（市民課）
成果指標|単位|基準値(R4)|R6実績|R10目標
相談の件数|件|40|52|60
""",
        )
    ],
    measures=[
        measure(
            "（1）学校での学び", "学校教育課", goal("授業の実施", "校", "8", "2028=11", "2024=9"), group="■基本方針Ⅰ　学び"
        ),
        measure(
            "（2）地域での学び", "生涯学習課", goal("講座の参加", "人", "80", "2028=120", "2024=95"),
            group="■基本方針Ⅰ　学び",
        ),
        measure("（1）窓口の充実", "市民課", goal("相談の件数", "件", "40", "2028=60", "2024=52"), group="■基本方針Ⅱ　相談"),
    ],
)  # fmt: skip
#: cards with nothing but labels in their first lines, below a 施策 that is said once
CARDS_UNDER_A_FIELD = Case(
    name="cards_under_a_field",
    pages=[
        Page(
            title="評価",
            text="""
施策名|高齢者の福祉|担当部|福祉部
事業名|見守り|担当課|高齢課
指標名|単位|R6目標|R6実績
協力者|人|150|149
事業名|介護の予防|担当課|介護課
指標名|単位|R6目標|R6実績
参加者|人|90|84
施策名|児童の福祉|担当部|こども部
事業名|児童館|担当課|育成課
指標名|単位|R6目標|R6実績
開館日|日|293|294
""",
        )
    ],
    measures=[
        measure("見守り", "高齢課", goal("協力者", "人", "", "2024=150", "2024=149"), group="高齢者の福祉"),
        measure("介護の予防", "介護課", goal("参加者", "人", "", "2024=90", "2024=84"), group="高齢者の福祉"),
        measure("児童館", "育成課", goal("開館日", "日", "", "2024=293", "2024=294"), group="児童の福祉"),
    ],
    doubts={"section_kept"},
)
#: no level above; the name of the sheet is a word for any list
NO_LEVEL = Case(
    name="no_level",
    pages=[
        Page(
            title="成果指標",
            text="""
文化振興計画　成果指標の達成状況（令和6年度末）
目標値は、計画最終年度（令和9年度）の値である。
No.|評価指標|単位|基準値(R4)|R5実績|R6実績|目標値|担当係
1|鑑賞した人|人|410|455|470|600|文化係
2|体験の講座|回|12|14|15|20|振興係
3|会員の数|人|88|84|91|120|文化係
自己評価　A：達成率90％以上　B：80％以上90％未満　C：80％未満|||||||
""",
        ),
        Page(title="参考", text="地区|4月|5月\n北|3|4\n南|5|6\n東|1|2\n計|9|12"),
    ],
    measures=[
        measure("鑑賞した人", "文化係", goal("鑑賞した人", "人", "410", "2027=600", "2023=455 2024=470")),
        measure("体験の講座", "振興係", goal("体験の講座", "回", "12", "2027=20", "2023=14 2024=15")),
        measure("会員の数", "文化係", goal("会員の数", "人", "88", "2027=120", "2023=84 2024=91")),
    ],
    doubts={"no_measure_column", "year_from_title", "sheet_unread"},
)
#: what is below the last goal speaks of none
LEGEND_BELOW = Case(
    name="legend_below",
    pages=[
        Page(
            title="指標",
            text="""
分野|成果指標|担当課|現状値(R4)|R5実績|R6実績|状況|目標値(R10)
道路|整備率|道路課|61.3%|62.4%|63.8%|○|72.0%
|利用者|交通課|118千人|79千人|112千人|△|130千人
公園|面積|公園課|9.2㎡|9.3㎡|9.5㎡|◎|10.5㎡
効果額　合計（千円）|||50|60|70||90
〈記号の見方〉
◎|目標を達成
○|改善
△|後退
""",
            merged="A2:A3",
        )
    ],
    measures=[
        measure(
            "道路", "道路課 交通課", goal("整備率", "", "61.3%", "2028=72.0%", "2023=62.4% 2024=63.8%"),
            goal("利用者", "", "118千人", "2028=130千人", "2023=79千人 2024=112千人"),
        ),
        measure("公園", "公園課", goal("面積", "", "9.2㎡", "2028=10.5㎡", "2023=9.3㎡ 2024=9.5㎡")),
    ],
    doubts={"total_row"},
)  # fmt: skip
#: 事業主体 beside 担当課 is no owner, and what it costs is no value
ACTORS_AND_COSTS = Case(
    name="actors_and_costs",
    pages=[
        Page(
            title="一覧",
            text="""
事業名|実施主体|指標|R5実績|R6実績|R7目標|事業費(千円)||担当部|担当課
||||||計画額|R6まで決算|||
相談の充実|市|相談の件数|13|15|40|74,200|56,516|企画部|企画課
間伐の推進|市・組合|間伐の面積|55.9|63.6|60.0|12,900|8,111|産業部|農林課
""",
            merged="A1:A2 B1:B2 C1:C2 D1:D2 E1:E2 F1:F2 G1:H1 I1:I2 J1:J2",
        )
    ],
    measures=[
        measure("相談の充実", "企画課", goal("相談の件数", "", "", "2025=40", "2023=13 2024=15")),
        measure("間伐の推進", "農林課", goal("間伐の面積", "", "", "2025=60.0", "2023=55.9 2024=63.6")),
    ],
    doubts={"left_out"},
)
#: cards of which two have the same values, and whose rows are 計画 and 実績 of several things
SAME_VALUES = Case(
    name="same_values",
    pages=[
        Page(
            title="実施状況",
            text="""
子育て支援計画　実施状況の報告
Ⅰ　教育と保育
（1）1号認定
担当課|こども課
項目|区分|単位|R5|R6
量の見込み|計画値|人|10|11
|実績値||12|13
確保方策|計画値|人|20|21
|実績値||22|23
評価・課題|概ね計画どおり
（2）2号認定
担当課|保育課
項目|区分|単位|R5|R6
量の見込み|計画値|人|10|11
|実績値||12|13
確保方策|計画値|人|20|21
|実績値||22|23
評価・課題|利用が増えている
""",
        )
    ],
    measures=[
        measure(
            name, office, goal("量の見込み", "人", "", "2023=10 2024=11", "2023=12 2024=13"),
            goal("確保方策", "人", "", "2023=20 2024=21", "2023=22 2024=23"), group="Ⅰ　教育と保育",
            texts={"評価・課題": text},
        )
        for name, office, text in (
            ("（1）1号認定", "こども課", "概ね計画どおり"), ("（2）2号認定", "保育課", "利用が増えている"),
        )
    ],
)  # fmt: skip
#: what is counted of each service stands beside its name
COUNTED_APART = Case(
    name="counted_apart",
    pages=[
        Page(
            title="活動指標",
            text="""
サービス名|内訳|単位|令和6年度||令和7年度|
|||見込量|実績|見込量|実績
①訪問系サービス||||||
居宅介護|利用時間|時間|2,410|2,389|2,480|
|利用者数|人|148|151|152|
同行援護|利用者数|人|22|19|23|
②通所系サービス||||||
生活介護|利用日数|人日|5,210|5,178|5,260|
|利用者数|人|268|266|271|
""",
            merged="A1:A2 B1:B2 C1:C2 D1:E1 F1:G1 A3:G3 A7:G7",
        )
    ],
    measures=[
        measure(
            "居宅介護", "", goal("利用時間", "時間", "", "2024=2,410 2025=2,480", "2024=2,389"),
            goal("利用者数", "人", "", "2024=148 2025=152", "2024=151"), group="①訪問系サービス",
        ),
        measure(
            "同行援護", "", goal("利用者数", "人", "", "2024=22 2025=23", "2024=19"), group="①訪問系サービス"
        ),
        measure(
            "生活介護", "", goal("利用日数", "人日", "", "2024=5,210 2025=5,260", "2024=5,178"),
            goal("利用者数", "人", "", "2024=268 2025=271", "2024=266"), group="②通所系サービス",
        ),
    ],
    doubts={"goal_assumed"},
)  # fmt: skip
#: a 目標 in words over several things that are counted is their 施策
GOALS_OVER_ITEMS = Case(
    name="goals_over_items",
    pages=[
        Page(
            title="成果目標",
            text="""
成果目標|項目|単位|基準値(R4)|R6実績|R8目標|担当課
1 地域生活への移行|移行者数|人|2|4|6|福祉課
|入所者数|人|118|115|112|福祉課
2 就労への移行|移行者数|人|11|13|15|福祉課
""",
            merged="A2:A3",
        )
    ],
    measures=[
        measure(
            "1 地域生活への移行", "福祉課", goal("移行者数", "人", "2", "2026=6", "2024=4"),
            goal("入所者数", "人", "118", "2026=112", "2024=115"),
        ),
        measure("2 就労への移行", "福祉課", goal("移行者数", "人", "11", "2026=15", "2024=13")),
    ],
)  # fmt: skip
#: the name of each goal stands behind the word 名称, its rows under the years
NAMED_GOALS = Case(
    name="named_goals",
    pages=[
        Page(
            title="調書",
            text="""
施策評価調書
施策コード|A-01|担当課|福祉課
施策名|地域福祉の推進
成果指標1|名称|委員の数|単位|人
|年度|R5|R6|R7
|目標|100|105|110
|実績|98|104|
成果指標2|名称|サロンの数|単位|か所
|年度|R5|R6|R7
|目標|20|22|24
|実績|19|23|
""",
        )
    ],
    measures=[
        measure(
            "地域福祉の推進", "福祉課", goal("委員の数", "人", "", "2023=100 2024=105 2025=110", "2023=98 2024=104"),
            goal("サロンの数", "か所", "", "2023=20 2024=22 2025=24", "2023=19 2024=23"), code="A-01",
        )
    ],
)  # fmt: skip
SEVENTEENTH = [
    BASE_ROWS, WORDED_YEARS, OFFICE_ON_THE_LINE, OFFICE_IN_BRACKET, CARDS_UNDER_A_FIELD, NO_LEVEL, LEGEND_BELOW,
    ACTORS_AND_COSTS, SAME_VALUES, COUNTED_APART, GOALS_OVER_ITEMS, NAMED_GOALS,
]  # fmt: skip
