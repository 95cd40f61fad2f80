"""Drivers and other users of a fleet's systems. These are personal data: show only what is needed."""

from datetime import date

from catena_client.models.base import SourceRow, Time


class User(SourceRow, kw_only=True, frozen=True):
    """A driver or another user."""

    username: str | None = None
    """Name to sign in with at the TSP."""
    first_name: str | None = None
    """First name."""
    last_name: str | None = None
    """Last name."""
    is_driver: bool | None = None
    """Whether a driver."""
    is_active: bool | None = None
    """Whether in service."""
    status: str | None = None
    """Free text."""
    started_at: Time | None = None
    """In service since."""
    ended_at: Time | None = None
    """In service until."""
    user_designation: str | None = None
    """Role, free text."""
    user_email: str | None = None
    """E-mail address."""
    phone_number: str | None = None
    """Telephone number."""
    country_code: str | None = None
    """Country of the number or the user, as reported."""
    license_country: str | None = None
    """Country of the driving licence."""
    license_region: str | None = None
    """Region of the driving licence."""
    license_number: str | None = None
    """Number of the driving licence."""
    license_expiration: date | None = None
    """Last day of the driving licence."""
    employee_number: str | None = None
    """Number in the fleet's books."""
    company_name: str | None = None
    """Name of the company."""
    carrier_number: str | None = None
    """Number of the carrier."""
    last_tsp_login: Time | None = None
    """Last sign-in at the TSP."""
    hos_ruleset_code: str | None = None
    """Rules for hours of service."""
    default_time_zone: str | None = None
    """IANA time zone."""
    notes: str | None = None
    """Free text."""
