"""Signing in through the city's own OpenID Connect provider: whose identity it is, and which posts it carries.

mozilla-django-oidc does the talking (authorization code with PKCE, state and nonce). It does not look at whom a token
was made for: audience, issuer and subject are checked here.
"""

import logging
from collections.abc import Mapping
from typing import Any

import jwt
import requests
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError, transaction
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from review import clock
from review.models import Department, LinkedIdentity, Role, User
from review.people.services import posts
from review.reader_words import problem
from review.sign_in.services.sign_in import is_emergency
from review.trail.services import audit

logger = logging.getLogger(__name__)

LINK, CREATE, CHANGE = "identity.link", "user.create", "user.change"
LEEWAY = 60


class ProviderBackend(OIDCAuthenticationBackend):
    """Django's way in for whom the provider vouches."""

    def retrieve_matching_jwk(self, token: str) -> jwt.PyJWK:
        """The provider's key that the token names; its only key, where the token names none."""
        try:
            named = jwt.get_unverified_header(token).get("kid")
            answer = requests.get(self.OIDC_OP_JWKS_ENDPOINT, timeout=settings.OIDC_TIMEOUT)
            answer.raise_for_status()
            keys = [key for key in answer.json()["keys"] if named in (None, key.get("kid"))]
            if len(keys) != 1:
                raise SuspiciousOperation("no single key of the provider fits")
            return jwt.PyJWK(keys[0], algorithm=self.OIDC_RP_SIGN_ALGO)
        except (jwt.PyJWTError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise SuspiciousOperation("ID token or keys unreadable") from error

    def _verify_jws(self, payload: str, key: Any) -> dict[str, Any]:
        """The claims of an ID token that was signed by the provider, for us, and is still good."""
        try:
            return jwt.decode(
                payload,
                key,
                algorithms=[self.OIDC_RP_SIGN_ALGO],
                audience=self.OIDC_RP_CLIENT_ID,
                issuer=settings.MEGURI_OIDC_ISSUER,
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "sub", "aud", "iss"]},
            )
        except jwt.PyJWTError as error:
            raise SuspiciousOperation("ID token refused") from error

    def get_or_create_user(self, access_token: str, id_token: str, payload: Mapping[str, Any]) -> User | None:
        """The person behind the claims; None, with a line in the log, for anybody the city did not let in."""
        user_info = self.get_userinfo(access_token, id_token, payload)
        if user_info.get("sub") != payload["sub"]:
            raise SuspiciousOperation("user info of somebody else")
        return recognise(issuer=str(payload["iss"]), claims={**payload, **user_info})


def recognise(*, issuer: str, claims: Mapping[str, Any]) -> User | None:
    """Find or make the person, and let name, mail and posts follow the claims. None where they may not come in."""
    subject = str(claims["sub"])
    try:
        with transaction.atomic():
            user = _linked(issuer, subject) or _link(issuer, subject, claims)
            if user is None or not user.is_active or is_emergency(user):
                logger.warning("identity of the provider refused: %s", "unknown" if user is None else f"user {user.pk}")
                return None
            _follow(user, claims)
            return user
    except IntegrityError:
        # Two first sign-ins of one person at once: the other one made the link.
        return _linked(issuer, subject)


def _linked(issuer: str, subject: str) -> User | None:
    identity = LinkedIdentity.objects.select_related("user").filter(issuer=issuer, subject=subject).first()
    return identity.user if identity else None


def _link(issuer: str, subject: str, claims: Mapping[str, Any]) -> User | None:
    """The account of that name, linked from now on; or a new one, where the city wants that and the claims carry a post.

    An account that is linked to another identity already is never taken over.
    """
    name = str(claims.get(settings.MEGURI_OIDC_USERNAME_CLAIM) or "")
    if not name or len(name) > 150 or problem(name):
        return None
    user = User.objects.filter(username=name).first()
    if user is None:
        if not settings.MEGURI_OIDC_CREATE_USERS or not posts_of(claims):
            return None
        user = User(username=name, display_name=name)
        user.set_unusable_password()
        user.save()
        audit.write(None, CREATE, f"user:{user.key}", after={"by": "provider"})
    elif is_emergency(user) or user.identities.filter(issuer=issuer).exists():
        return None
    LinkedIdentity.objects.create(user=user, issuer=issuer, subject=subject)
    audit.write(user, LINK, f"user:{user.key}")
    return user


def _follow(user: User, claims: Mapping[str, Any]) -> None:
    """Name and mail as the provider has them; posts too, where the city maps its groups to roles."""
    values = {
        "display_name": str(claims.get("name") or user.display_name)[:60],
        "email": str(claims.get("email") or user.email)[:254],
    }
    changed = [name for name, value in values.items() if getattr(user, name) != value and not problem(value)]
    for name in changed:
        setattr(user, name, values[name])
    if changed:
        user.save(update_fields=changed)
        # Which fields, not their values: a name in the trail could never be removed again.
        after = {"by": "provider", "fields": changed}
        audit.write(None, CHANGE, f"user:{user.key}", after=after)
    if settings.MEGURI_OIDC_ROLE_MAP:
        # Nobody gives a post to themselves: it is the provider's word, in the request of this sign-in.
        posts.replace(user=user, posts=posts_of(claims), by=None)


def posts_of(claims: Mapping[str, Any]) -> set[posts.Post]:
    """The posts that the provider's groups and department stand for. A group or office we do not know stands for none."""
    groups = claims.get(settings.MEGURI_OIDC_GROUPS_CLAIM) or []
    roles = {settings.MEGURI_OIDC_ROLE_MAP.get(str(group)) for group in _each(groups)} & set(Role.values)
    names = [str(name) for name in _each(claims.get(settings.MEGURI_OIDC_DEPARTMENT_CLAIM) or [])]
    offices = list(_open_departments(names))
    mapped_posts: set[posts.Post] = set()
    for role in roles:
        if posts.fits(posts.Post(role=role)):
            mapped_posts.add(posts.Post(role=role))
        else:
            mapped_posts |= {posts.Post(role=role, department=office.pk) for office in offices}
    return mapped_posts


def _each(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _open_departments(names: list[str]) -> Any:
    named = [settings.MEGURI_OIDC_DEPARTMENT_MAP.get(name, name) for name in names]
    rows = Department.objects.filter(name__in=named)
    return [office for office in rows if office.ends_on is None or office.ends_on >= clock.today()]
