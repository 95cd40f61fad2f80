"""The settings of one dashboard, read once at start.

The environment wins over `.streamlit/secrets.toml` (section `[catena]`). A wrong value raises `SettingsError`,
whose text is one sentence that names the setting and never repeats a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from catena_client import DEFAULT_API_URL, DEFAULT_AUTH_URL, Secret
from dashboard.configuration import access_rules, checks, map_styles, sign_in
from dashboard.configuration.access_rules import AccessRule
from dashboard.configuration.checks import Network, SettingsError
from dashboard.configuration.map_styles import STREETS, Basemap
from dashboard.configuration.sign_in import Provider

__all__ = ["Settings", "SettingsError", "load", "names"]


def _setting(name: str, default: object, check: Callable[[str, str], object]) -> Any:
    return field(default=default, metadata={"name": name, "check": check})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the dashboard can be told, validated."""

    client_id: str = _setting("CATENA_CLIENT_ID", "", checks.text)
    """API client id; empty together with the secret means: run on the simulated Catena."""
    client_secret: Secret | None = _setting("CATENA_CLIENT_SECRET", None, checks.secret)
    api_url: str = _setting("CATENA_API_URL", DEFAULT_API_URL, checks.service_url)
    auth_url: str = _setting("CATENA_AUTH_URL", DEFAULT_AUTH_URL, checks.service_url)
    poll_seconds: float = _setting("CATENA_POLL_SECONDS", 15.0, checks.seconds)
    """Seconds between two polls of the vehicle locations, at least 2."""
    basemap: str = _setting("CATENA_BASEMAP", "", checks.text)
    """The map shown at first. Empty: the built-in one; a name, `carto`, or the URL of a map style: a hosted one."""
    basemaps: tuple[Basemap, ...] = _setting("CATENA_BASEMAPS", (STREETS,), map_styles.read)
    """Hosted maps that a viewer can choose."""
    basemap_hosts: tuple[str, ...] = _setting("CATENA_BASEMAP_HOSTS", (), map_styles.hosts)
    """Origins beside those of the styles from which they load tiles, fonts and signs."""
    company_name: str = _setting("CATENA_COMPANY_NAME", "", checks.text)
    """Who invites, as a fleet reads it on the card and in messages."""
    brand_color: str = _setting("CATENA_BRAND_COLOR", "#0b6e6e", checks.colour)
    """The company's colour on the card, never in the QR code."""
    invite_permissions: str = _setting(
        "CATENA_INVITE_PERMISSIONS", "map", checks.one_of("map", "drivers", "everything")
    )
    """The bundle of permissions that the invitation form starts with."""
    invite_expires_hours: int = _setting("CATENA_INVITE_EXPIRES_HOURS", 24, checks.hours)
    invite_success_url: str = _setting("CATENA_INVITE_SUCCESS_URL", "", checks.page_url)
    """Where a fleet is sent after connecting."""
    invite_failure_url: str = _setting("CATENA_INVITE_FAILURE_URL", "", checks.page_url)
    limit_tsps_by: str = _setting("CATENA_LIMIT_TSPS_BY", "slug", checks.one_of("slug", "source_name", "id"))
    """What `limit_tsps` holds: the API's documentation does not say which of these it wants."""
    public_url: str = _setting("CATENA_PUBLIC_URL", "", checks.service_url)
    """Where Catena can reach this dashboard with webhooks; empty: nowhere."""
    webhook_secret: Secret | None = _setting("CATENA_WEBHOOK_SECRET", None, checks.webhook_secret)
    """Checks the signature of webhooks; without it they are not accepted."""
    groups_claim: str = _setting("CATENA_GROUPS_CLAIM", "groups", checks.claim)
    """The claim of an identity token that holds the groups which somebody is in."""
    email_verified: Literal["required", "assumed"] = _setting(
        "CATENA_EMAIL_VERIFIED", "required", checks.one_of("required", "assumed")
    )
    """Whether the identity provider has to say that an address is verified, or says nothing of it."""
    data_folder: Path = _setting("CATENA_DATA_FOLDER", Path(__file__).parents[2] / ".catena", checks.folder)
    """Where share links and the audit log are kept, unless the data is simulated; by default beside app.py."""
    redis_url: Secret | None = _setting("CATENA_REDIS_URL", None, checks.redis_url)
    """The Redis that several replicas of one dashboard share; without it this process is the only one."""
    redis_key: Secret | None = _setting("CATENA_REDIS_KEY", None, checks.redis_key)
    """What is secret in that Redis is encrypted with it; the same on every replica."""
    access: tuple[AccessRule, ...] = ()
    """Who may enter once signed in, and as what; the first rule that names somebody counts."""
    sign_in: tuple[Provider, ...] = ()
    """The providers that people sign in with (`[auth]` in secrets.toml); none: no sign-in."""

    redirect_uri: str = ""
    """Where providers send people back to (`[auth]`), "" without sign-in: it says under which host we are known."""
    session_hours: int = _setting("CATENA_SESSION_HOURS", 12, checks.whole(1, 720))
    """How long after signing in one has to sign in again."""
    idle_minutes: int = _setting("CATENA_IDLE_MINUTES", 120, checks.whole(5, 43200))
    """How long a signed-in person may have no page open and ask for nothing, before they have to sign in again."""
    trusted_proxies: tuple[Network, ...] = _setting("CATENA_TRUSTED_PROXIES", (), checks.networks)
    """Whose word for where a request came from is taken: addresses and networks."""
    embed_origins: tuple[str, ...] = _setting("CATENA_EMBED_ORIGINS", (), checks.origins)
    """Whose pages may show the dashboard in a frame."""
    metrics_address: tuple[str, int] | None = _setting("CATENA_METRICS_PORT", None, checks.listening)
    """Where the metrics are served beside the dashboard, to whoever can reach that; None: only behind the door."""
    simulated_city: str = _setting("CATENA_SIMULATED_CITY", "", checks.simulated_city)
    """The city that all simulated vehicles are put into; empty: they are all over the continent."""
    simulated_joins: int = _setting("CATENA_SIMULATED_JOINS", 0, checks.simulated_joins)
    """How many seconds apart simulated fleets join by themselves; 0: they do not."""
    log_level: str = _setting(
        "CATENA_LOG_LEVEL", "warning", checks.one_of("debug", "info", "warning", "error")
    )

    @property
    def title(self) -> str:
        """What the dashboard is called, in a browser's tab and where a link to it is shown."""
        return f"{self.company_name} · Live map" if self.company_name else "Catena Live Map"

    @property
    def inviter(self) -> str:
        """Who invites, as every card, message and page of an invitation says it."""
        return self.company_name or ("Sandbox Partner" if self.simulated else "Our company")

    @property
    def maps(self) -> tuple[Basemap, ...]:
        """All maps that a viewer can choose from; the built-in one first."""
        return map_styles.choices(self.basemap, self.basemaps)[0]

    @property
    def usual_map(self) -> Basemap:
        """The one shown at first."""
        return map_styles.choices(self.basemap, self.basemaps)[1]

    @property
    def map_origins(self) -> tuple[str, ...]:
        """All origins that browsers may ask for them."""
        styles = [origin for one in self.maps for origin in one.hosts]
        return tuple(dict.fromkeys([*styles, *(self.basemap_hosts if styles else ())]))

    @property
    def simulated(self) -> bool:
        """Whether there are no credentials, so that the embedded sandbox stands in for Catena."""
        return self.client_secret is None


def load(environ: Mapping[str, str], secrets: Mapping[str, object]) -> Settings:
    """Read and check all settings.

    `secrets` is the content of secrets.toml. The keys of its section `[catena]` are the names of the environment
    variables. Raises `SettingsError`.
    """
    section = checks.table(secrets, "catena")
    given: dict[str, Any] = {
        "sign_in": sign_in.providers(secrets),
        "access": access_rules.read(environ, secrets),
        "redirect_uri": sign_in.redirect_uri(secrets),
    }
    for setting in fields(Settings):
        name = setting.metadata.get("name")
        if name and (raw := checks.given(environ, section, name)):
            given[setting.name] = setting.metadata["check"](name, raw)
    settings = Settings(**given)
    map_styles.choices(settings.basemap, settings.basemaps)
    if bool(settings.client_id) != bool(settings.client_secret):
        missing = "CATENA_CLIENT_SECRET" if settings.client_id else "CATENA_CLIENT_ID"
        raise SettingsError(
            f"{missing} is missing: set both CATENA_CLIENT_ID and CATENA_CLIENT_SECRET, "
            "or neither of them to use simulated data."
        )
    if settings.redis_url is not None and settings.simulated:
        raise SettingsError(
            "CATENA_REDIS_URL is for real data: set CATENA_CLIENT_ID and CATENA_CLIENT_SECRET too, since every "
            "dashboard simulates fleets of its own."
        )
    if settings.redis_url is not None and settings.redis_key is None:
        raise SettingsError(
            "CATENA_REDIS_KEY is missing: what is secret in the Redis of CATENA_REDIS_URL is encrypted with it, so "
            "set it to a random text of at least 32 characters, the same for every replica."
        )
    if settings.sign_in and not settings.access:
        raise SettingsError(
            "CATENA_OPERATORS is missing: sign-in is configured, so list who may enter, as e-mail addresses, @domains "
            "or group:Name separated by commas, or write rules into CATENA_ACCESS."
        )
    return settings


def names() -> list[str]:
    """The names of all settings, as in the environment."""
    single = [setting.metadata["name"] for setting in fields(Settings) if setting.metadata]
    return [*single, *access_rules.NAMES]
