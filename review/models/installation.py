"""What belongs to the installation as a whole: the city, and first passwords that wait to be fetched."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from review.models.organization import User


class City(models.Model):
    """The city that uses the installation, and whom its people ask. One row, with the number 1."""

    name = models.CharField(_("自治体名"), max_length=60)
    code = models.CharField(_("全国地方公共団体コード"), max_length=6, blank=True)
    office = models.CharField(_("問い合わせ先の部署"), max_length=60, blank=True)
    extension = models.CharField(_("内線"), max_length=30, blank=True)
    email = models.CharField(_("問い合わせ先のメールアドレス"), max_length=254, blank=True)

    class Meta:
        verbose_name = _("自治体")
        verbose_name_plural = _("自治体")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_city")]

    def __str__(self) -> str:
        return self.name


class FirstPassword(models.Model):
    """A temporary password that is asked for (`sealed` is empty), or made and not fetched yet. Goes when it is fetched."""

    user = models.OneToOneField(User, verbose_name=_("利用者"), on_delete=models.PROTECT, related_name="first_password")
    sealed = models.TextField(_("封をした仮のパスワード"), blank=True)
    asked_at = models.DateTimeField(_("依頼日時"))
    made_at = models.DateTimeField(_("作成日時"), null=True, blank=True)

    class Meta:
        verbose_name = _("仮のパスワード")
        verbose_name_plural = _("仮のパスワード")
        ordering = ["user__username"]
