"""What sign-in keeps beside the password: tallies of tries, and a person's second factor."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Tally(models.Model):
    """How often something happened since `started_at`. The key says what and for whom, people only as a digest."""

    key = models.CharField(max_length=100, unique=True)
    started_at = models.DateTimeField()
    count = models.PositiveIntegerField()


class SecondFactor(models.Model):
    """A person's authenticator app. Counts only once `confirmed_at` is set, by a first right code.

    `secret` is encrypted with a key derived from SECRET_KEY. `last_step` is the time step of the last code that was
    taken: no code counts twice.
    """

    user = models.OneToOneField("review.User", on_delete=models.CASCADE, related_name="second_factor")
    secret = models.TextField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("二段階認証")
        verbose_name_plural = _("二段階認証")


class RecoveryCode(models.Model):
    """A code for the day on which the phone is lost; counts once. Only its digest is stored."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["factor", "digest"], name="recovery_code_once")]


class LinkedIdentity(models.Model):
    """The person's identity at the city's sign-in provider. Names and addresses change there; the subject does not."""

    user = models.ForeignKey("review.User", on_delete=models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=255)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="identity_once")]
