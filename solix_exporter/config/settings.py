"""The settings as the rest of the package sees them: typed, checked, with units in the names.

A field's alias is the key that users write; the attribute carries the unit. It must not know where
a value came from: that is the business of `load`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    PrivateAttr,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from solix_exporter.config.checks import (
    as_items,
    as_local_devices,
    as_pairs,
    between,
    check_device_mqtt,
    check_energy_extra,
    check_external_url,
    check_file,
    check_influx_kinds,
    check_listen_address,
    check_measurement_prefix,
    check_name,
    check_password,
    check_public_key,
    check_route_prefix,
    check_some,
    check_state_dir,
    check_tags,
    check_telemetry_path,
    check_timezone,
    check_token,
    check_url,
    check_user,
    parse_size,
    spell_level,
)
from solix_exporter.config.local_host import check_local_host, split_local_host
from solix_exporter.config.shard import Shard, parse_shard
from solix_exporter.countries import check_country

DEFAULT_ACCOUNT = "default"


class _Section(BaseModel):
    """What all sections share: frozen, strict about keys, silent about values."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        validate_by_name=True,
        validate_by_alias=True,
    )


Url = Annotated[str, AfterValidator(check_url)]
TimeZoneName = Annotated[str, AfterValidator(check_timezone)]
Items = Annotated[tuple[str, ...], BeforeValidator(as_items)]


class AccountSettings(_Section):
    """One Anker account to poll."""

    name: Annotated[str, AfterValidator(check_name)] = DEFAULT_ACCOUNT
    """The value of the label `account`; unique, never the e-mail address."""
    user: Annotated[str, AfterValidator(check_user)] = Field(repr=False)
    """The e-mail address of the account."""
    password: Annotated[SecretStr, AfterValidator(check_password)]
    country: Annotated[str, AfterValidator(check_country)]
    """Two capital letters; they select the regional cloud that holds the account's systems."""
    url: Url | None = None
    """Another server for this account, without a slash at its end."""


class CloudSettings(_Section):
    """How to talk to the cloud."""

    url: Url | None = None
    """Another server for all accounts, without a slash at its end."""
    public_key: Annotated[str, AfterValidator(check_public_key)] | None = None
    """That server's login key: an uncompressed P-256 point, 130 small hexadecimal digits."""
    timeout_s: Annotated[float, between(5, 60)] = Field(default=10.0, validation_alias="timeout")
    """How long one request may take, 5-60 s."""
    endpoint_limit: int = Field(default=10, ge=0)
    """Requests a minute and endpoint; 0 is no limit."""
    headroom: int = Field(default=2, ge=0, validate_default=True)
    """How many of them stay free for the app and other programs behind the same address."""
    request_gap_s: Annotated[float, between(0, 10)] = Field(
        default=0.3, validation_alias="request_gap"
    )
    """The pause between two requests to a server, of all accounts together, 0-10 s."""

    @field_validator("headroom")
    @classmethod
    def _leave_something(cls, value: int, info: ValidationInfo) -> int:
        limit = info.data.get("endpoint_limit", 0)
        if limit and value >= limit:
            raise ValueError(f"must be less than endpoint_limit, which is {limit}")
        return value


class PollSettings(_Section):
    """What is asked, and how often."""

    sites_interval_s: Annotated[float, between(30, 3600)] = Field(
        default=60.0, validation_alias="sites"
    )
    """The time between two polls of all sites, 30 s to 1 h."""
    device_details_interval_s: Annotated[float, between(60, 86400)] = Field(
        default=600.0, validation_alias="device_details"
    )
    """The time between two polls of the devices' settings, 1 min to 1 d."""
    site_details_interval_s: Annotated[float, between(60, 86400)] = Field(
        default=600.0, validation_alias="site_details"
    )
    """The time between two polls of the sites' settings and prices, 1 min to 1 d."""
    energy_interval_s: Annotated[float, between(60, 3600)] = Field(
        default=300.0, validation_alias="energy"
    )
    """The time between two polls of today's energy, 1 min to 1 h; 1 to 5 requests a site."""
    stale_after_s: Annotated[float, between(300, 604800)] | None = Field(
        default=None, validation_alias="stale_after"
    )
    """How old measured values may be and still count as live, 5 min to 7 d; None is by product."""
    energy_extra: Annotated[Items, AfterValidator(check_energy_extra)] = ()
    """Further energy that costs requests: `pv_inputs` (2 to 4 a poll and site), `devices` (1 a
    poll and solarbank or power station), `grid` (1 a poll and site)."""
    disable: Items = ()
    """Names of queries and polls that are not wanted; who builds the polls checks them.

    `power_panel_averages` and `hes_averages` cost 4 requests every 5 minutes a system (5 with an
    EV charger), the dearest there are. Without them a power panel or X1 shows no power and no
    state of charge.
    """


class WebSettings(_Section):
    """Where the metrics are served."""

    listen_addresses: Annotated[
        tuple[Annotated[str, AfterValidator(check_listen_address)], ...],
        BeforeValidator(as_items),
        AfterValidator(check_some),
    ] = Field(default=(":7654",), validation_alias="listen_address")
    """`:7654`, `127.0.0.1:7654`, `[::1]:7654` or a bare port; port 0 is any free one."""
    telemetry_path: Annotated[str, AfterValidator(check_telemetry_path)] = "/metrics"
    config_file: Path | None = None
    """TLS, users and limits in the format of the exporter-toolkit; None is none of them."""
    systemd_socket: bool = False
    """Listen on the sockets that systemd hands over, and on no address."""
    external_url: Annotated[str, AfterValidator(check_external_url)] | None = None
    """Where a proxy shows this server, without a slash at its end."""
    route_prefix: Annotated[str, AfterValidator(check_route_prefix)] | None = None
    """In front of all paths, without a slash at its end; None is the path of `external_url`."""

    @property
    def external_prefix(self) -> str:
        """Return what links have in front of a path."""
        if self.external_url is None:
            return self.prefix
        return urlsplit(self.external_url).path

    @property
    def own_hosts(self) -> frozenset[str]:
        """Return the names under which clients reach this server, in small letters."""
        urls = [f"//{text}" for text in self.listen_addresses if not text.isdecimal()]
        hosts = (urlsplit(url).hostname for url in (*urls, self.external_url or ""))
        return frozenset(host for host in hosts if host)

    @property
    def prefix(self) -> str:
        """Return what served paths have in front of them."""
        if self.route_prefix is not None:
            return self.route_prefix
        return urlsplit(self.external_url).path if self.external_url else ""


class LogSettings(_Section):
    """How much is logged, and in which form."""

    level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(spell_level)] = (
        "info"
    )
    format: Literal["logfmt", "json"] = "logfmt"


class InfluxSettings(_Section):
    """Where daily totals are written besides; off unless it is there."""

    url: Url
    """The server, with the path before `/api/v2/write` where there is one."""
    org: str = "-"
    bucket: str = "solix"
    """The bucket; of InfluxDB 1.8 `database/retention policy`, of 3.x the database."""
    token: Annotated[SecretStr, AfterValidator(check_token)] = SecretStr("")
    """The API token; of InfluxDB 1.8 `user:password`."""
    write: Annotated[Items, AfterValidator(check_influx_kinds), AfterValidator(check_some)] = (
        "daily",
    )
    """`daily`: each day's energy; `live`: the powers of each poll."""
    open_days: bool | None = None
    """Whether a day is written while it grows. Left out, every server gets it but VictoriaMetrics,
    which cannot overwrite a point and gets a day when it is complete."""
    tags: Annotated[Mapping[str, str], BeforeValidator(as_pairs), AfterValidator(check_tags)] = (
        Field(default_factory=dict)
    )
    """Further tags of every point."""
    measurement_prefix: Annotated[str, AfterValidator(check_measurement_prefix)] = "solix_"
    timeout_s: Annotated[float, between(1, 300)] = Field(default=10.0, validation_alias="timeout")
    """How long one write may take, 1 s to 5 min."""
    verify_ssl: bool = True
    ca_file: Annotated[Path, AfterValidator(check_file)] | None = None
    """The certificate authority of the server's certificate, where the system's do not do."""
    live_spool_bytes: Annotated[int, BeforeValidator(parse_size)] = Field(
        default=50_000_000, validation_alias="live_spool"
    )
    """How much of `live` waits on disk while the server is away, at least 1MB."""


class ModbusSettings(_Section):
    """One device of the local network that is read over Modbus TCP."""

    host: Annotated[str, AfterValidator(check_local_host)]
    """Name, IPv4 or IPv6 address, with `:port` where it is not 502."""
    name: Annotated[str, AfterValidator(check_name)] | None = None
    """The value of the label `target`; None is the host as it is written."""
    interval_s: Annotated[float, between(2, 60)] = Field(default=5.0, validation_alias="interval")
    """The time between two reads of the live registers, 2 s to 1 min."""
    site: Annotated[str, AfterValidator(check_name)] | None = None
    """For a device that no account lists: the site `local-<site>` instead of `local`."""

    @property
    def target(self) -> str:
        """Return the value of the label `target`."""
        return self.name or self.host

    @property
    def address(self) -> tuple[str, int]:
        """Return host and port."""
        return split_local_host(self.host)


def check_targets(values: tuple[ModbusSettings, ...]) -> tuple[ModbusSettings, ...]:
    """Return `values`, of which no two have the same name or address."""
    for index, value in enumerate(values):
        for other in values[:index]:
            if value.target == other.target:
                raise ValueError(f"two devices are called {value.target!r}; give each its own name")
            if value.address == other.address:
                raise ValueError(f"{value.host} is listed twice; remove one")
    return values


class MqttSettings(_Section):
    """The messages that devices send over Anker's broker."""

    mode: Literal["off", "listen", "refresh", "realtime"] = "listen"
    """`listen` sends devices nothing; `refresh` asks each for its values at an interval; `realtime`
    keeps them reporting, which keeps their batteries awake."""
    refresh_s: Annotated[float, between(15, 3600)] = Field(default=60.0, validation_alias="refresh")
    """The interval of `refresh`, 15 s to 1 h."""


class SiteSettings(_Section):
    """What the cloud does not tell about a site."""

    timezone: TimeZoneName | None = None
    price_fee: float | None = Field(default=None, allow_inf_nan=False)
    """What comes on top of a spot price, net, for a kWh in the site's currency."""
    price_vat_percent: float | None = Field(default=None, ge=0, le=100, allow_inf_nan=False)
    """Value-added tax on a spot price and its fee."""


class DeviceSettings(_Section):
    """What the cloud does not tell about a device."""

    capacity_wh: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """Capacity of the battery with all expansion packs, Wh."""
    mqtt: Annotated[Items, AfterValidator(check_device_mqtt)] = ()
    """A mode for this device instead of `mqtt.mode`, and `fill`: its messages only fill what the
    cloud's answers lack."""
    modbus: Literal["fill"] | None = None
    """`fill`: the same of what it says over Modbus."""


class Settings(_Section):
    """Everything that can be configured."""

    accounts: tuple[AccountSettings, ...] = ()
    """All accounts, or after `of_shard` those of this process."""
    shard: Annotated[Shard, PlainValidator(parse_shard), PlainSerializer(str)] = Shard()
    cloud: CloudSettings = CloudSettings()
    poll: PollSettings = PollSettings()
    web: WebSettings = WebSettings()
    log: LogSettings = LogSettings()
    influxdb: InfluxSettings | None = None
    mqtt: MqttSettings = MqttSettings()
    modbus: Annotated[
        tuple[ModbusSettings, ...],
        BeforeValidator(as_local_devices),
        AfterValidator(check_targets),
    ] = ()
    """Devices of the local network; of several shards the first one reads them."""
    state_dir: Annotated[Path, AfterValidator(check_state_dir)]
    """The directory of the token cache and the login breaker."""
    timezone: TimeZoneName | None = None
    """The zone of sites that have none of their own; None is the country's, else the host's."""
    sites: Mapping[str, SiteSettings] = Field(default_factory=dict)
    """Keyed by site id."""
    devices: Mapping[str, DeviceSettings] = Field(default_factory=dict)
    """Keyed by serial number."""

    _warnings: tuple[str, ...] = PrivateAttr(default=())

    def model_post_init(self, context: Mapping[str, tuple[str, ...]] | None, /) -> None:
        """Keep the warnings that the loader hands over as validation context."""
        if context is not None:
            self._warnings = context["warnings"]

    def of_shard(self) -> Self:
        """Return the settings with what is this process's to poll alone."""
        mine = tuple(account for account in self.accounts if self.shard.holds(account.name))
        local = self.modbus if self.shard.index == 0 else ()
        return self.model_copy(update={"accounts": mine, "modbus": local})

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what the user should hear although the configuration is usable."""
        return self._warnings


SECTIONS: Mapping[str, type[BaseModel]] = {
    "accounts": AccountSettings,
    "cloud": CloudSettings,
    "poll": PollSettings,
    "web": WebSettings,
    "log": LogSettings,
    "influxdb": InfluxSettings,
    "mqtt": MqttSettings,
    "modbus": ModbusSettings,
    "sites": SiteSettings,
    "devices": DeviceSettings,
}
"""The model behind each key of the file that holds further keys."""


def keys_of(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the keys that users write for `model`, in the order of the model."""
    return tuple(
        field.validation_alias if isinstance(field.validation_alias, str) else name
        for name, field in model.model_fields.items()
    )
