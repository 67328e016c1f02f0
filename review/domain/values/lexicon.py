"""Words in the names of indicators that hint at a direction: at most 300, for a name only proposes.

A word belongs here only if any two officials of any city would agree on its direction. What follows need (相談, 助成,
派遣), what is merely so many (人口, 職員数), what was spent (費, 原価) and what is counted twice over (処理件数) is `OPEN`.
"""

from __future__ import annotations

import re

#: Should go down.
HARMS = """
被害 事故 苦情 クレーム 火災 出火 刑法犯 虐待 いじめ 不登校 欠食 自殺 死亡 死者 離職 失業 倒産 時間外 残業 超過勤務 労働時間 作業時間 処理時間 所要時間 待ち 待機 遅 紛失 ミス
誤り インシデント 故障 破損 損傷 不正 違反 違法 不法投棄 不良 不調 不満 不便 不安 不足 負担 困難 滞納 未納 待っ 赤字 繰入 流出 転出 空家 耕作放棄 遊休農地 荒廃 放置 老朽 危険 渋滞
騒音 排出 CO2 二酸化炭素 温室効果ガス 消費量 用紙 ごみ量 可燃ごみ 廃棄 食品ロス 残食 最終処分 喫煙 飲酒 肥満 むし歯 虫歯 メタボ 高血圧 要介護 感染者 頻回 ストレス 依存 孤立
ひきこもり 貧困 差別 格差 嫌い 離脱 病気 非正規 未収 廃業 不読 レジ袋 低栄養 漏 空き 悪 債 使用量 FAX 空白
"""
#: Should go up.
GAINS = """
利用 参加 実施 登録 開催 導入 整備 設置 配置 受講 受診 検診 健診 接種 取得 達成 貸出 読書 就職 就業 就労 雇用 創業 出店 立地 誘致 移住 定住 転入 出生 収納 納付 徴収率 公開 会員 加入
来場 来館 宿泊 交流 関係人口 客数 消費額 売上 販売額 出荷 産出 収入 所得 収益 利益 更新 移行 締結 協定 耐震 改修 修繕 改良 改善 養成 育成 研修 講座 講習 教室 寄附 寄付 ふるさと納税
作成 策定 開発 満足 認知度 関心 理解 愛着 備蓄 提案 応募 訪問 投票率 オンライン 電子 デジタル アクセス フォロワー 閲覧 発信 イベント ボランティア 協力 連携 普及 取組 取り組 確保
運動習慣 学力 乗車 公共交通 発電 資源化 リサイクル 有収率 接続率 適合率 舗装率 稼働率 収支率 充足率 入居率 組織率 保有率 効果額 自給率 健康寿命 女性職員 見守り 歩数 朝食 進捗 入館 就農
開業 参画 総生産 視聴 カバー率 電気自動車 水揚 寄港 対応率 集積 出席 サロン 植樹 意見 外出 備え 販路 収量 収穫 反収 単収 開設 認定農業 公園面積 間伐 献血 地場産 自主財源 女性委員
知って できる 読ま 専門家 スマート窓口 ワンストップ やすい 成約 活用 点検 来訪 案内 既読 正答率 成立 受検 学習 着手 社会増 基金
"""
#: Done against a harm, and of these the more the better.
REMEDIES = "防止 予防 対策 解消 回避 除却 活用 再生 売却 資源化 是正 捕獲 改善 解決 改修 更新 バンク チェック 警報 監視 吸収 生存 回収 出店 辞退 リサイクル 収納 徴収"

#: Names whose direction nobody can tell, as pieces of a regular expression.
OPEN = r"""
    (?<!専門家による)相談(?:対応)?(?:件|者数|[受回の]) 問い?合わ?せ 要望 請求件 届(?:出?件|の) 受理 扶助 生活保護 (?<!犯)(?<!犯の)認知件 通報[件の] 報告件 処理[件数]
    (?<!相談)対応件 出動 手当 費\Z 予算 決算 対象者数 加入[者世] 被保険者 認定者 認定率\Z コスト 経常収支比率 在院日数 補導 患者数 申立 修繕件 捕獲頭数 駆除頭数 助成頭数 増減 減少[率数量額]
    低下率 水量 許可 確認件 火葬 貸付 救急搬送 中止 抹消 取り?消 取り?下 取り?崩 処分の?件 (?:介護|福祉)サービス 訪問介護 居宅介護 就労継続支援の利用 印鑑 窓口の?(?:利用|交付|申請)件 現金
    医療費 治療費 指導件 減免 入札参加 フードバンク シェルター 避難所の開設回 (?<!間)利用時間 退会 (?<!取得)日数\Z 原価 価格 年齢\Z 密度 在宅 簿価 産[^、]{0,4}使用量 債の?発行
    審議[件日] 料金?\Z 文書の廃棄 の有無 摘発 調整件 構築\Z 来庁者 手紙 緑地面積 定員 [AC]以上 判定以上
"""
#: What happens in these is no gain, though they are no harm by themselves: closed, cut off, given up.
SHADOWS = r"""
    停電 断水 通行止 休館 閉館 休止 閉鎖 閉庁 休校 休診 運休 欠航 廃止 廃校 閉校 閉園 撤退 失効 期限切れ 無効 解約 破産 (?<!育児)(?<!介護)(?<!育休)休業 故障
    断られ 中断 不成立 失敗 復旧[件戸世箇か] 落選 落第 欠席 督促
"""
#: Help that follows need: open, unless it goes to what is a gain (移住相談件数, 太陽光発電の補助件数).
HELP = r"助成 補助件 給付 派遣[件回] 支援[件回者率] 申請[件の] 交付件"


def alternation(words: str) -> str:
    """The words as one pattern, the longest first."""
    return "|".join(sorted(map(re.escape, words.split()), key=len, reverse=True))
