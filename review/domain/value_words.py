"""How a value was read and why it is judged so: the sentences (`wording`) of `domain.values`."""

from pathlib import Path

from review.domain.wording import part, sentence, table

#: Why there is no verdict.
CAUSES = {
    code: sentence(f"{cause}、判定できません。")
    for code, (cause,) in table(Path(__file__).with_name("value_causes.tsv")).items()
}
NO_TARGET = sentence("目標が設定されていないため、評価の対象外です。")
NOT_ENTERED = sentence("実績がまだ入力されていません。")
PROSE = sentence("目標と実績が文章で書かれているため、担当者が内容を見て判断してください。")
#: What stands in the gaps of these sentences.
TERMS = tuple(map(part, ("累計", "単年の値", "延べ数", "実数", "前年度", "前年度の実績", "現状", "%(n)s番目")))

#: Why there is one.
SAME_TEXT = sentence("実績が目標と同じ文言のため達成とみなしました。内容を確認してください。")
PROGRESS = sentence("進捗率 %(rate)s")
PARTS_MISS = sentence("内訳のうち「%(missed_names)s」が目標を満たしていないため、未達成です。")
PARTS_MEET = sentence("%(count)sつの内訳がすべて目標を満たしているため、達成です。")
HIT = sentence("実績の%(actual_value)sは目標どおりのため、達成です。")
WAYS = {
    "up": part("(多い方がよい指標)"),
    "down": part("(少ない方がよい指標)"),
    "rank": part("(順位が上の方がよい指標)"),
    None: "",
}
#: (achieved, direction; None for what is no plain number)
VERDICTS = {
    (met, way): sentence(f"実績の%(actual_value)sは目標の%(target_value)s{seen}ため、{end}%(way_words)s。")
    for met, end, words in (
        (True, "達成です", {"up": "に達している", "down": "以下に収まっている", None: "を満たしている"}),
        (False, "未達成です", {"up": "に届いていない", "down": "を上回っている", None: "を満たしていない"}),
    )
    for way, seen in words.items()
}

#: How it was read. The states are those of `reading.State`.
STATES = tuple(map(sentence, ("確定", "速報・見込み", "年度途中", "他年度の値", "未測定")))
STATE_UNTIL = sentence("%(state_words)s(%(day)sまで)")
BLANK, NO_VALUE = sentence("空欄"), sentence("値なし")
UNMEASURED = sentence("まだ測定されていない値(文字)")
MILESTONE = sentence("「%(typed)s」(文字。数値としては判定しません)")
WORDS_ALONE = sentence("文章(数値としては判定しません)")
MANY_WAYS = sentence("32通りより多くに読めるため、文章とします(数値としては判定しません)")
SEVERAL = sentence("%(read_value)s(%(count)sつの数値)")
_KINDS = {"number": "数値", "comparator": "範囲を示す数値", "range": "幅のある数値", "share": "全体のうちの数"}
OF_KIND = {kind: sentence(f"%(read_value)s({words})") for kind, words in _KINDS.items()}
PROVISIONAL = sentence("%(words)s、見込み・速報の値")
OR_AS = sentence("%(words)s。「%(other_value)s」とも読めます")
ASSUMED = sentence("%(words)s。単位がないため「%(unit)s」として読みました")
NOTED = sentence("%(words)s、注記「%(note)s」")
DATED, COMPARED = sentence("%(date_words)s(日付)"), sentence("%(base_words)s(比較)")
UNTIL, ON, FROM_TO = map(part, ("%(day)sまで", "%(day)s", "%(day)sから%(last_day)s"))
UNCLEAR = sentence("ほかの時点との比較(数値としては読み取れません)")
AMOUNT = part("%(base_term)sに対し%(read_value)s")
_LEVELS = {"at_least": "以上", "above": "を上回る", "at_most": "以下", "below": "を下回る", "same": "と同じ"}
RELATIONS = {level: part(f"%(base_term)s{words}") for level, words in _LEVELS.items()}

#: Why more or less is better.
_WAYS = {"up": "多い(高い)ほどよい指標と判断しました。", "down": "少ない(低い)ほどよい指標と判断しました。"}
_SEEN = {"up": ("以上・超", "上がって"), "down": ("以下・未満・以内または順位", "下がって")}
BY_COMPARATOR = {way: sentence(f"目標に{_SEEN[way][0]}の表現があるため、{end}") for way, end in _WAYS.items()}
BY_TARGETS = {way: sentence(f"計画の目標が年度とともに{_SEEN[way][1]}いるため、{end}") for way, end in _WAYS.items()}
BY_NAME = {way: sentence(f"評価項目の名称から、{end}") for way, end in _WAYS.items()}
WAYS_DIFFER = sentence("年度ごとの目標の動きと評価項目の名称が反対の向きを示すため、方向を確認してください。")
PERHAPS_FORESEEN = sentence("年度ごとの目標の動きが目指す向きか見込みかを判断できないため、方向を確認してください。")
NO_WAY = sentence("目標の動きからも評価項目の名称からも、多い方がよいか少ない方がよいかを判断できません。")
NOBODY_CAN_TELL = sentence("大きい方がよいか小さい方がよいかを決められない指標と確認されているため、判定しません。")
