"""Forms around people: the city's, accounts, passwords, posts, transfers, hand-overs and proxies."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from review import clock, holders
from review.domain.fiscal import wareki
from review.models import Appointment, Department, MeasureReview, Plan, Role, User
from review.models.organization import PLAN_ROLES
from review.people.services.people import ONLY_OF_PLANS, name_problems
from review.people.services.posts import Post
from review.screens.forms.fields import DayField, PickedFile, ReasonForm, offer, offer_rows

REQUIRED = {"required": _("入力してください。")}
CHOOSE = {"required": _("選んでください。"), "invalid_choice": _("一覧から選んでください。")}
NO_DAY = {"required": _("日付を入力してください。"), "invalid": _("日付を「2025-04-01」の形で入力してください。")}


def next_april() -> date:
    """The next 4月1日 from today on: when transfers and reorganisations take effect."""
    today = clock.today()
    return date(today.year + (today >= date(today.year, 4, 2)), 4, 1)


class OfficeField(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes no argument at run time
    """A department that is open today or will be; one that is still to open says from when."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("部署"))
        options.setdefault("empty_label", _("(部署なし)"))
        super().__init__(queryset=Department.objects.none(), error_messages=CHOOSE, **options)

    def label_from_instance(self, obj: Any) -> str:
        ahead = obj.starts_on and obj.starts_on > clock.today()
        return _("%(office)s(%(day)sから)") % {"office": obj, "day": wareki(obj.starts_on)} if ahead else str(obj)


def open_offices() -> Any:
    """The departments that have not ended."""
    return Department.objects.filter(Q(ends_on=None) | Q(ends_on__gte=clock.today()))


class OfficeForm(forms.Form):
    """A form whose office fields offer the departments of today."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.offer_offices()

    def offer_offices(self) -> None:
        for field in self.fields.values():
            if isinstance(field, OfficeField):
                field.queryset = open_offices()


class NamesForm(forms.Form):
    display_name = forms.CharField(label=_("氏名"), max_length=60, error_messages=REQUIRED)
    email = forms.CharField(
        label=_("メールアドレス"), required=False, max_length=254, help_text=_("お知らせのメールの宛先です。")
    )

    def clean(self) -> dict[str, Any]:
        """What is wrong with a field is said beside another that was left empty, not one try later."""
        given = super().clean() or self.cleaned_data
        problems = name_problems(**{name: given.get(name, "") for name in self.fields})
        for name in problems.keys() & given.keys():
            self.add_error(name, problems[name])
        return given


class PersonForm(NamesForm):
    """A new account."""

    field_order = ("username", "display_name", "email")
    username = forms.CharField(
        label=_("利用者名"),
        max_length=150,
        error_messages=REQUIRED,
        help_text=_("サインインに使う名前です。職員番号など、あとから変わらないものにしてください。"),
    )


class PlanField(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes no argument at run time
    """The plan in which 確認者 and 承認者 hold their post; blank: in every one."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("計画"))
        super().__init__(
            queryset=Plan.objects.order_by("pk"),
            required=False,
            error_messages=CHOOSE,
            empty_label=_("すべての計画"),
            **options,
        )


class PostForm(OfficeForm):
    role = forms.ChoiceField(label=_("役割"), choices=Role.choices, error_messages=CHOOSE)
    department = OfficeField(required=False, help_text=_("担当者と所属長のときに選びます。"))
    plan = PlanField(help_text=_("確認者と承認者を、1つの計画に限るときに選びます。"))
    starts_on = DayField(label=_("開始日"), error_messages=NO_DAY)
    ends_on = DayField(
        label=_("終了日"), required=False, error_messages=NO_DAY, help_text=_("決まっていれば入力します。")
    )

    @property
    def days(self) -> dict[str, Any]:
        """From when to when, once `is_valid()`."""
        return {name: self.cleaned_data[name] for name in ("starts_on", "ends_on")}

    @property
    def post(self) -> Post:
        """What was chosen, once `is_valid()`."""
        return post_of(self.cleaned_data["role"], self.cleaned_data["department"], self.cleaned_data["plan"])


def post_of(role: str, office: Department | None, plan: Plan | None) -> Post:
    """The role with the ids of the office and of the plan."""
    return Post(role=role, department=office.pk if office else None, plan=plan.pk if plan else None)


class TransferForm(OfficeForm):
    """人事異動: what the person does from a day on."""

    day = DayField(label=_("発令日"), error_messages=NO_DAY, help_text=_("この日の前日までは、今の役割のままです。"))
    role = forms.ChoiceField(label=_("異動先の役割"), choices=Role.choices, error_messages=CHOOSE)
    department = OfficeField(label=_("異動先の部署"), required=False, help_text=_("担当者と所属長のときに選びます。"))
    plan = PlanField(label=_("異動先の計画"), help_text=_("確認者と承認者を、1つの計画に限るときに選びます。"))
    second_role = forms.ChoiceField(
        label=_("兼務の役割"), choices=[("", _("(兼務なし)")), *Role.choices], required=False, error_messages=CHOOSE
    )
    second_department = OfficeField(label=_("兼務の部署"), required=False)
    second_plan = PlanField(label=_("兼務の計画"))

    def clean(self) -> dict[str, Any]:
        """A plan stands beside a post that is held in one."""
        given = super().clean() or self.cleaned_data
        for role, plan in (("role", "plan"), ("second_role", "second_plan")):
            if given.get(plan) and given.get(role) not in PLAN_ROLES:
                self.add_error(plan, ONLY_OF_PLANS)
        return given

    @property
    def posts(self) -> list[Post]:
        """What was chosen, once `is_valid()`."""
        data = self.cleaned_data
        posts = [post_of(data["role"], data["department"], data["plan"])]
        if data["second_role"]:
            posts.append(post_of(data["second_role"], data["second_department"], data["second_plan"]))
        return posts


class LastDayForm(forms.Form):
    last_day = DayField(label=_("最後の日"), error_messages=NO_DAY)


class HandoverForm(ReasonForm):
    field_order = ("sheets", "to", "reason")
    sheets = forms.MultipleChoiceField(
        label=_("引き継ぐシート"), widget=forms.CheckboxSelectMultiple, error_messages=CHOOSE
    )
    to = forms.ModelChoiceField(
        label=_("引継先"), queryset=User.objects.none(), error_messages=CHOOSE, empty_label=_("選んでください")
    )

    def __init__(self, *args: Any, sheets: Iterable[MeasureReview], people: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "sheets", [(str(one.pk), sheet_words(one)) for one in sheets])
        offer_rows(self, "to", people)

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen, once `is_valid()`."""
        data = self.cleaned_data
        return {"to": data["to"], "review_ids": [int(one) for one in data["sheets"]], "reason": data["reason"]}


def sheet_words(review: MeasureReview) -> str:
    """01-04 施策の名前(産業振興課、差戻し)."""
    year = review.measure_year
    return f"{year.measure.code} {year.name}({year.owner}、{review.get_state_display()})"


class ProxyForm(ReasonForm):
    """Who stands in, in which post, from when to when, and why."""

    field_order = ("post", "deputy", "seek", "starts_on", "ends_on", "reason")
    #: as many as are looked through in a list; the others are sought by name
    OFFERED = 60
    post = forms.ChoiceField(label=_("代決する役割"), error_messages=CHOOSE)
    deputy = forms.ModelChoiceField(
        label=_("代決者"), queryset=User.objects.none(), error_messages=CHOOSE, empty_label=_("選んでください")
    )
    seek = forms.CharField(
        label=_("一覧にいない人を探す"),
        required=False,
        max_length=100,
        help_text=_("氏名か利用者名の一部を入れて進むと、合う人が代決者の一覧に加わります。"),
    )
    starts_on = DayField(label=_("開始日"), error_messages=NO_DAY)
    ends_on = DayField(label=_("終了日"), error_messages=NO_DAY)

    def __init__(self, *args: Any, posts: Iterable[tuple[str, str]], people: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "post", posts)
        offer_rows(self, "deputy", people)
        self.sought = self._sought(people)
        if self.sought == []:
            self.fields["deputy"].error_messages["required"] = _("合う人はいません。氏名か利用者名を確かめてください。")
        elif self.sought:
            self.fields["deputy"].error_messages["required"] = _("合う人を一覧の先頭に加えました。選んでください。")
        self.fields["deputy"].widget.choices = list(self._groups(people))

    def _sought(self, people: Any) -> list[Any] | None:
        """Whoever matches the words, however far from the person's own offices; None where nobody is sought."""
        words = self.data.get(self.add_prefix("seek"), "").split() if self.is_bound else []
        if not words:
            return None
        for word in words:
            people = people.filter(Q(display_name__icontains=word) | Q(username__icontains=word))
        return list(people[: self.OFFERED])

    def _groups(self, people: Any) -> Iterator[tuple[Any, Any]]:
        """The choices, the nearest first; whoever was chosen is always among them."""
        yield "", _("選んでください")
        near = list(people.filter(near__gt=0)[: self.OFFERED])
        chosen = str(self.data.get(self.add_prefix("deputy"), "")) if self.is_bound else ""
        others = [] if self.sought or near else list(people[: self.OFFERED])
        if (
            chosen.isascii()
            and chosen.isdigit()
            and chosen not in {str(one.pk) for one in [*near, *(self.sought or [])]}
        ):
            others += people.filter(pk=int(chosen[:9]))
        parts = (
            (_("探した人"), self.sought or []),
            (_("同じ役割の人"), [one for one in near if one.near == 2]),
            (_("同じ部署の人"), [one for one in near if one.near == 1]),
            (_("ほかの人"), others),
        )
        yield from ((label, [(one.pk, str(one)) for one in group]) for label, group in parts if group)

    @property
    def chosen(self) -> Post:
        """The post, once `is_valid()`: its choice reads `head:12` or `reviewer:`."""
        role, _colon, office = self.cleaned_data["post"].partition(":")
        return Post(role=role, department=int(office) if office else None)


class RemarkForm(forms.Form):
    """所見 of a 後閲."""

    remark = forms.CharField(
        label=_("後閲の所見"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


class PeopleFileForm(forms.Form):
    file = PickedFile(
        label=_("利用者の一覧"),
        help_text=_("CSV(UTF-8 か Shift_JIS)または Excel(.xlsx)、2MBまで。"),
        accept=".csv,.xlsx",
    )
    way = forms.ChoiceField(
        label=_("取込みの方法"),
        choices=[
            ("add", _("登録と任用を加える(今の役割は終わらない)")),
            ("transfer", _("人事異動の一覧(発令日から、一覧の役割だけに就く)")),
        ],
        widget=forms.RadioSelect,
        initial="add",
        error_messages=CHOOSE,
    )
    day = DayField(
        label=_("発令日・開始日"), error_messages=NO_DAY, help_text=_("行に開始日がないときは、この日からになります。")
    )


class AnewForm(OfficeForm):
    """Those of a role and a department, or only those who never signed in."""

    role = forms.ChoiceField(
        label=_("役割"), required=False, choices=[("", _("すべて")), *Role.choices], error_messages=CHOOSE
    )
    department = OfficeField(required=False, empty_label=_("すべて"))
    never = forms.BooleanField(label=_("まだサインインしたことのない人だけ"), required=False, initial=True)

    def people(self) -> QuerySet[User]:
        """Whom it means, once `is_valid()`: people in service."""
        data = self.cleaned_data
        rows = User.objects.filter(is_active=True).order_by("username")
        held = Appointment.objects.filter(holders.held_on(clock.today()))
        if data["role"]:
            held = held.filter(role=data["role"])
        if data["department"]:
            held = held.filter(department=data["department"])
        if data["role"] or data["department"]:
            rows = rows.filter(pk__in=held.values("user"))
        return rows.filter(last_login=None) if data["never"] else rows


class CityForm(forms.Form):
    """One row of the installation."""

    name = forms.CharField(label=_("自治体名"), max_length=60, error_messages=REQUIRED)
    code = forms.CharField(label=_("全国地方公共団体コード"), max_length=6, required=False, help_text=_("数字6桁。"))
    office = forms.CharField(
        label=_("問い合わせ先の部署"), max_length=60, required=False, help_text=_("お知らせのメールの末尾に出ます。")
    )
    extension = forms.CharField(label=_("内線"), max_length=30, required=False)
    email = forms.CharField(label=_("問い合わせ先のメールアドレス"), max_length=254, required=False)
