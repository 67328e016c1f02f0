"""The request that a view of signed-in people gets."""

from django.http import HttpRequest

from review.models import User


class SignedInRequest(HttpRequest):
    """A request to an address whose rule is not `anyone`: `AccessMiddleware` lets only signed-in people reach its view.

    A name for the types alone: nothing is ever made of this class.
    """

    user: User
    #: the plan's short name and the year of what the page shows, where its address says it not: the frame stands at it
    year_shown: tuple[str, int]
