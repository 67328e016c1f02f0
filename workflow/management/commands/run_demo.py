"""`manage.py run_demo`: drive the demo year on a fresh database, with a real worker at work beside it."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count

from review.mail.services import envelopes
from review.models import Artifact, Cycle, Edition, Mail, MeasureReview, Notification, OutboxEvent, Plan, ReviewState
from review.publication.services import edition_check
from workflow.demo import people, second_plan, story
from workflow.demo.waiting import TooLong, quiet, wait_for

DEMO_SETTINGS = ("config.settings.demo", "config.settings.dev", "config.settings.test")


class Command(BaseCommand):
    help = "空のデータベースで、令和6年度を取込みから公表まで動かします(ワーカーが動いている必要があります)。"

    def handle(self, *args: Any, **options: Any) -> None:
        # Its people have a password that everybody can read.
        if settings.SETTINGS_MODULE not in DEMO_SETTINGS:
            raise CommandError(
                f"デモは、デモの設定でだけ動きます(今の設定は {settings.SETTINGS_MODULE})。"
                "市の導入先では、create_plan、import_plan、draft_year で年度を作ります。"
            )
        if Plan.objects.exists():
            raise CommandError("データベースに計画がもうあります。デモは空のデータベースで動かします(make demo)。")
        try:
            self._run()
        except TooLong as error:
            raise CommandError(str(error)) from error

    def _run(self) -> None:
        say = self.stdout.write
        document, cycle = story.take_in(say)
        beside = second_plan.take_in(say)
        crowd = people.enlist()
        say(f"架空の利用者を登録しました: {len(crowd)} 人")
        story.open_year(cycle, say)
        story.run_year(cycle, story.actuals_of(document, cycle.fiscal_year), say)
        story.publish(cycle, say)
        following = Cycle.objects.get(plan=cycle.plan, fiscal_year=cycle.fiscal_year + 1)
        story.open_year(following, say)
        story.open_year(beside, say, "kakunin4")
        story.leave_work(following, say)
        second_plan.leave_work(beside, say)
        self._send_all()
        self._check(cycle, following)
        self._report(crowd)

    def _send_all(self) -> None:
        """Let the digest of the next business morning go out now, so that its mails can be opened."""
        wait_for("残った処理", lambda: not OutboxEvent.objects.filter(delivered_at=None).exists())
        envelopes.gather(everything=True)
        wait_for("メールと処理", lambda: quiet() or (not envelopes.gather(everything=True) and quiet()))

    def _check(self, cycle: Cycle, following: Cycle) -> None:
        cycle.refresh_from_db()
        following.refresh_from_db()
        published = MeasureReview.objects.filter(cycle=cycle, state=ReviewState.PUBLISHED).count()
        edition = Edition.objects.get(cycle=cycle, current=True)
        doubled = Notification.objects.values("key").annotate(n=Count("pk")).filter(n__gt=1).count()
        first = next(iter(edition_check.verify().findings), None)
        problems = [
            problem
            for problem, wrong in {
                f"公表された施策が30件ではなく{published}件です": published != 30,
                f"公表版が公表したときのままではありません({first})": first,
                "公表版の集約表がありません": not edition.artifacts.filter(kind=Artifact.Kind.CONSOLIDATED).exists(),
                "同じお知らせが二度あります": doubled,
                f"{following.label}が開始されていません": following.state != "open",
            }.items()
            if wrong
        ]
        if problems:
            raise CommandError("デモの結果に誤りがあります: " + "、".join(problems))

    def _report(self, crowd: list[people.Person]) -> None:
        book = Artifact.objects.get(edition__current=True, kind=Artifact.Kind.CONSOLIDATED)
        shown = people.one_a_role()
        lines = [
            "",
            "できたもの",
            f"  公表版の集約表  {settings.FILES_ROOT / book.path}",
            f"  ファイル        {Artifact.objects.count()} 件  {settings.FILES_ROOT}",
            f"  メール          {Mail.objects.count()} 通  {settings.EMAIL_FILE_PATH}",
            f"  お知らせ        {Notification.objects.count()} 件",
            "",
            f"サインインできる人(パスワードはすべて {people.PASSWORD})。役割ごとに一人",
            *(f"  {one.username:<10} {people.post_of(one)}" for one in shown),
            f"  kakunin2   もう1人の確認者。確認者は自分の課の施策を確認できないので、{people.OFFICE}の分を受け持ちます",
            f"ほかの {len(crowd) - len(shown)} 人は「利用者」の画面(kanri)にいます。"
            f"{settings.MEGURI_BASE_URL}/demo/ では、役割を選ぶだけで入れます",
        ]
        for line in lines:
            self.stdout.write(line)
