"""What was decided and by whom, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review.models import Decision

#: (step, verdict) -> icon, words
STEPS = {
    ("endorse", "accept"): ("person-check", gettext_lazy("所属長が確認しました")),
    ("review", "accept"): ("check", gettext_lazy("確認しました")),
    ("review", "return"): ("return", gettext_lazy("差し戻しました(確認)")),
    ("approve", "accept"): ("seal", gettext_lazy("承認しました")),
    ("approve", "return"): ("return", gettext_lazy("主管部署へ差し戻しました(承認)")),
    ("approve", "return_to_review"): ("return", gettext_lazy("確認へ差し戻しました(承認)")),
    ("year", "return"): ("return", gettext_lazy("主管部署へ差し戻しました(公表の決定)")),
    ("year", "return_to_review"): ("return", gettext_lazy("確認へ差し戻しました(公表の決定)")),
    ("withdraw", "withdraw_review"): ("arrow-left", gettext_lazy("確認を取り消しました")),
    ("withdraw", "withdraw_approval"): ("arrow-left", gettext_lazy("承認を取り消しました")),
    ("settle", "not_submitted"): ("cross-circle", gettext_lazy("「未提出」と決定しました")),
    ("settle", "excluded"): ("minus-circle", gettext_lazy("「対象外」と決定しました")),
}


def step_words(decision: Decision) -> str:
    """What was decided, in the words of the history: 確認しました."""
    known = STEPS.get((decision.step, decision.verdict))
    return str(known[1]) if known else str(decision.get_verdict_display())


def decider(decision: Decision) -> str:
    """Who decided; 代決 with whom they represented."""
    if decision.on_behalf_of is None:
        return str(decision.decided_by)
    return _("%(deputy)s(%(who)sの代決)") % {"deputy": decision.decided_by, "who": decision.on_behalf_of}
