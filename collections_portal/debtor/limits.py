"""How often one address may enter or send a form: kept by this process, against floods."""

from ipaddress import IPv6Address, ip_address, ip_network

from flask import current_app, request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from core import clock
from core.refusals import N_, Refusal

ENTERING = RateLimitItemPerMinute(30, namespace="enter")
SAVING = RateLimitItemPerMinute(30, namespace="save")
IPV6_HOME = 64


class TooOften(Refusal):
    """More requests from one address than a person makes."""

    sentence = N_("That was too often. Please wait a moment and try again.")
    status = 429


def spend(limit: RateLimitItem) -> None:
    """Count one request of this address. Raises TooOften, with the seconds to wait."""
    limiter: FixedWindowRateLimiter = current_app.extensions.setdefault(
        "debtor_limits", FixedWindowRateLimiter(MemoryStorage())
    )
    who = _home(request.remote_addr or "")
    if limiter.hit(limit, who):
        return
    refusal = TooOften()
    reset_at = limiter.get_window_stats(limit, who).reset_time
    refusal.wait_seconds = max(int(reset_at - clock.now().timestamp()) + 1, 1)
    raise refusal


def _home(address: str) -> str:
    """Return the address; of IPv6 the network, since one home has as many addresses as it likes."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((parsed, IPV6_HOME), strict=False)) if isinstance(parsed, IPv6Address) else address
