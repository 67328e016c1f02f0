"""Forms as cities' other plans keep them, written down to try the laws of the round before on more kinds."""

from tests.review.domain.forms.books import Case, Page, goal, measure

#: each name says the kind of its row
KINDS_IN_NAMES = Case(
    name="kinds_in_names",
    pages=[
        Page(
            title="森林計画",
            text="""
施策|指標|単位|R4|R5|R6|担当課
間伐の推進|間伐の面積（目標）|ha|48|50|52|農林課
|間伐の面積（実績）|ha|50|52|55|農林課
林道の整備|林道の延長（目標）|m|500|800|1,000|建設課
|林道の延長（実績）|m|500|700|900|建設課
""",
            merged="A2:A3 A4:A5",
        )
    ],
    measures=[
        measure(
            "間伐の推進", "農林課",
            goal("間伐の面積", "ha", "", "2022=48 2023=50 2024=52", "2022=50 2023=52 2024=55"),
        ),
        measure(
            "林道の整備", "建設課",
            goal("林道の延長", "m", "", "2022=500 2023=800 2024=1,000", "2022=500 2023=700 2024=900"),
        ),
    ],
)  # fmt: skip
#: what stands above what is said below each year
TURNS_IN_HEADINGS = Case(
    name="turns_in_headings",
    pages=[
        Page(
            title="進捗",
            text="""
施策の柱|個別施策|指標|基準値(R3)|R5年度|R6年度|目標値(R8)|担当課
||||上段：目標値 下段：実績値|上段：目標値 下段：実績値||
1 ことばの支援|日本語教室|参加者の数|100人|120人|140人|200人|国際課
||||115人|138人||
2 くらしの支援|相談窓口|相談の件数|300件|350件|400件|500件|市民課
||||361件|420件||
""",
            merged="A1:A2 B1:B2 C1:C2 D1:D2 G1:G2 H1:H2 A3:A4 B3:B4 C3:C4 D3:D4 G3:G4 H3:H4 A5:A6 B5:B6 C5:C6 D5:D6 G5:G6 H5:H6",
        )
    ],
    measures=[
        measure(
            "日本語教室", "国際課",
            goal("参加者の数", "", "100人", "2023=120人 2024=140人 2026=200人", "2023=115人 2024=138人"),
            group="1 ことばの支援",
        ),
        measure(
            "相談窓口", "市民課",
            goal("相談の件数", "", "300件", "2023=350件 2024=400件 2026=500件", "2023=361件 2024=420件"),
            group="2 くらしの支援",
        ),
    ],
    doubts={"rows_in_turn"},
)  # fmt: skip
#: 第1章 and 第1節 stand over the first table and within it
CHAPTERS = Case(
    name="chapters",
    pages=[
        Page(
            title="指標",
            text="""
後期基本計画　成果指標の一覧表
第1章　安全なまち
第1節　防災の強化
指標名|単位|現状値（R2）|R5|R6|目標値（R8）|担当課
防災組織の率|％|85.0|87.0|87.9|95.0|防災課
訓練の参加者|人|2,100|1,900|2,300|3,000|防災課
第2節　防犯の強化
犯罪の件数|件|512|455|470|400|市民課
第2章　健やかなまち
第1節　健康の増進
健診の受診率|％|40.1|42.2|43.0|60.0|健康課
""",
            merged="A2:G2 A3:G3 A7:G7 A9:G9 A10:G10",
        )
    ],
    measures=[
        measure(
            "第1節　防災の強化", "防災課", goal("防災組織の率", "％", "85.0", "2026=95.0", "2023=87.0 2024=87.9"),
            goal("訓練の参加者", "人", "2,100", "2026=3,000", "2023=1,900 2024=2,300"), group="第1章　安全なまち",
        ),
        measure(
            "第2節　防犯の強化", "市民課", goal("犯罪の件数", "件", "512", "2026=400", "2023=455 2024=470"),
            group="第1章　安全なまち",
        ),
        measure(
            "第1節　健康の増進", "健康課", goal("健診の受診率", "％", "40.1", "2026=60.0", "2023=42.2 2024=43.0"),
            group="第2章　健やかなまち",
        ),
    ],
)  # fmt: skip
#: 進捗 over years is what came of it
PROGRESS_OF_YEARS = Case(
    name="progress_of_years",
    pages=[
        Page(
            title="進捗",
            text="""
取組名|指標|現状|目標|進捗||所管課
||R4|R9|R5|R6|
講座の開催|講座の回数|10回|20回|12回|14回|市民課
相談の充実|解決の割合|90%|95%|91%|92%|相談課
""",
            merged="A1:A2 B1:B2 E1:F1 G1:G2",
        )
    ],
    measures=[
        measure("講座の開催", "市民課", goal("講座の回数", "", "10回", "2027=20回", "2023=12回 2024=14回")),
        measure("相談の充実", "相談課", goal("解決の割合", "", "90%", "2027=95%", "2023=91% 2024=92%")),
    ],
    doubts={"kind_assumed"},
)
#: 計画 and 決算 of each year, several units in the note above
SETTLED = Case(
    name="settled",
    pages=[
        Page(
            title="経営",
            text="""
下水道事業経営戦略　計画と決算の比較
（単位：百万円、％）
区分|令和5年度|||令和6年度||
|計画|決算|差引|計画|決算見込|差引
1 収益の収支||||||
経常収支比率|102.0|103.1|1.1|102.5|103.0|0.5
経費回収率|95.0|96.2|1.2|95.5|96.0|0.5
2 資本の収支||||||
企業債残高|8,200|8,150|△50|8,000|7,980|△20
""",
            merged="A3:A4 B3:D3 E3:G3 A5:G5 A8:G8",
        )
    ],
    measures=[
        measure(
            "1 収益の収支", "", goal("経常収支比率", "", "", "2023=102.0 2024=102.5", "2023=103.1 2024=103.0"),
            goal("経費回収率", "", "", "2023=95.0 2024=95.5", "2023=96.2 2024=96.0"),
        ),
        measure("2 資本の収支", "", goal("企業債残高", "", "", "2023=8,200 2024=8,000", "2023=8,150 2024=7,980")),
    ],
    doubts={"kind_assumed", "goal_assumed"},
)  # fmt: skip
#: headings that end with the word of a text; a year without a word before all others
STATE_BEFORE = Case(
    name="state_before",
    pages=[
        Page(
            title="計画",
            text="""
教育振興計画　点検と評価
基本方針１　確かな学力
施策１－１　授業の改善|||||所管課：指導課
指標|単位|R4年度末現在|R5目標|R5実績|R8目標
授業が分かる児童|%|80.1|81.0|82.4|85.0
基本方針２　豊かな心
施策２－１　いじめの対策|||||所管課：生徒課
指標|単位|R4年度末現在|R5目標|R5実績|R8目標
解消の率|%|80|85|88|100
""",
            merged="A2:F2",
        )
    ],
    measures=[
        measure(
            "施策１－１　授業の改善", "指導課",
            goal("授業が分かる児童", "%", "80.1", "2023=81.0 2026=85.0", "2023=82.4"), group="基本方針１　確かな学力",
        ),
        measure(
            "施策２－１　いじめの対策", "生徒課", goal("解消の率", "%", "80", "2023=85 2026=100", "2023=88"),
            group="基本方針２　豊かな心",
        ),
    ],
    doubts={"kind_assumed"},
)  # fmt: skip
#: 実績 in a bracket behind the 計画
ENCLOSED = Case(
    name="enclosed",
    pages=[
        Page(
            title="文化財",
            text="""
事業名|指標|R5計画（実績）|R6計画（実績）|R7計画|担当課
文化財の修理|修理の件数|3件（2件）|4件（4件）|5件|文化財課
文化財の公開|公開の回数|10回（9回）|10回（11回）|12回|文化財課
""",
        )
    ],
    measures=[
        measure(
            "文化財の修理", "文化財課", goal("修理の件数", "", "", "2023=3件 2024=4件 2025=5件", "2023=2件 2024=4件")
        ),
        measure(
            "文化財の公開",
            "文化財課",
            goal("公開の回数", "", "", "2023=10回 2024=10回 2025=12回", "2023=9回 2024=11回"),
        ),
    ],
    doubts={"two_in_cell"},
)
#: the office stands below the table that it answers for
OFFICE_BELOW = Case(
    name="office_below",
    pages=[
        Page(
            title="計画",
            text="""
障がい者計画　指標
１　相談支援の充実
指標|単位|R4基準|R5実績|R6実績|R8目標
相談の件数|件|100|120|130|150
計画相談の利用|人|50|55|60|80
担当課：障がい福祉課
２　就労支援の充実
指標|単位|R4基準|R5実績|R6実績|R8目標
一般就労の移行|人|10|12|13|15
担当課：障がい福祉課、商工課
""",
        )
    ],
    measures=[
        measure(
            "１　相談支援の充実", "障がい福祉課", goal("相談の件数", "件", "100", "2026=150", "2023=120 2024=130"),
            goal("計画相談の利用", "人", "50", "2026=80", "2023=55 2024=60"),
        ),
        measure(
            "２　就労支援の充実", "障がい福祉課 商工課", goal("一般就労の移行", "人", "10", "2026=15", "2023=12 2024=13")
        ),
    ],
)  # fmt: skip
EIGHTEENTH = [
    KINDS_IN_NAMES,
    TURNS_IN_HEADINGS,
    CHAPTERS,
    PROGRESS_OF_YEARS,
    SETTLED,
    STATE_BEFORE,
    ENCLOSED,
    OFFICE_BELOW,
]
