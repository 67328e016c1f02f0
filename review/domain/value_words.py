"""How a value was read and why it is judged so: the sentences (`wording`) of `domain.values`."""

from review.domain.wording import part, sentence

#: Why there is no verdict.
CAUSES = {
    code: sentence(f"{cause}、判定できません。")
    for code, cause in {
        "not_measured": "実績が測定されていないため",
        "interim": "実績が年度の途中までの値のため",
        "other_year": "実績がほかの年度の値のため",
        "several_years": "実績が複数年の値のため",  # of old rows
        "years_of_target": "目標だけが複数年の値のため",
        "years_of_actual": "実績だけが複数年の値のため",
        "no_direction": "多い方がよい指標か少ない方がよい指標かが決まっていないため",
        "against_comparator": "指標の方向と目標の以上・以下の表現が矛盾しているため",
        "against_change": "指標の方向と目標の増減の表現が矛盾しているため",
        "units": "目標と実績の単位が合わないため",
        "share_or_mark": "単位のない値が小数・評点か%かが分からないため",
        "far": "単位のない値の大きさが目標とかけ離れており、どの単位の値か分からないため",
        "scales": "単位のない値を「%(one)s」と読むか「%(other)s」と読むかで判定が分かれるため",
        "periods": "月・週・年など、数える期間が目標と実績で異なるため",
        "change_or_level": "増減の量と値そのものとは比べられないため",
        "wholes": "全体の数が目標と実績で異なり、件数と割合で判定が分かれるため",
        "hours": "1日が何時間に当たるか分からないため",
        "negative": "件数や人数が負の値で、増減の数かもしれないため",
        "across": "実績の幅が目標をまたいでいるため",
        "each": "目標は各部署・各回などの値ですが、実績がその内訳になっていないため",
        "labels": "目標と実績で、何の値かを示す言葉が異なるため",
        "unpaired": "内訳の名称が目標と実績で対応しないため",
        "numbers_of_parts": "目標と実績の内訳の数が異なるため",
        "total_and_parts": "合計と内訳とで判定が分かれるため",
        "total_or_year": "目標と実績の一方が累計ですが、他方が累計か単年の値か分からないため",
        "spans": "目標と実績の一方が%(one_term)s、他方が%(other_term)sのため",
        "two_targets": "目標を「%(one_value)s」と読むか「%(other_value)s」と読むかで判定が分かれるため",
        "two_actuals": "実績を「%(one_value)s」と読むか「%(other_value)s」と読むかで判定が分かれるため",
        "unreadable": "実績を数値として読み取れないため",
        "target_in_words": "目標が文章で実績が数値のため",
        "actual_compares": "実績がほかの年との比較で書かれているため",
        "relation": "何と比べてどれだけ増減する目標かを読み取れないため",
        "no_base": "比べる元となる%(base_term)sの実績が分からないため",
        "not_level": "前年並み・維持の目標に対し実績が変わっているため",
        "base_range": "前年度の実績に幅があるため",
        "amount": "増減の量を読み取れないため",
        "ratio_or_points": "割合の増減が比率かポイントか分からないため",
        "base_zero": "前年度の実績が0で、割合の増減を求められないため",
        "base_units": "前年度の実績と増減の量の単位が合わないため",
        "one_year_lacks": "目標と実績の一方に年がないため",
        "days": "日付の前後だけでは達成したかどうかが定まらないため",
    }.items()
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
