"""A fortnight of all simulated homes as samples, made from what is physically the case.

Nothing of the exporter takes part: names and labels are the promise, numbers the simulator's
truth. A sample lies one second before each full hour, so that the last one of a day holds
the day's total.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from solix_exporter.sim.flow_energy import Energy, total
from solix_exporter.sim.hardware import Role
from solix_exporter.sim.scenarios import SCENARIOS
from solix_exporter.sim.truth import Truth
from solix_exporter.sim.world import SimDevice, SimSite, World

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2025, 6, 24, tzinfo=BERLIN)
NOW = datetime(2025, 7, 7, 21, 59, 59, tzinfo=BERLIN)
STEP = timedelta(hours=1)
CURRENCY = {"€": "EUR", "$": "USD"}
JOB = (("job", "solix"), ("instance", "history:7654"))
SECOND_JOB = (("job", "solix"), ("instance", "member:7654"))
"""An exporter that sees the first site, too."""

Labels = tuple[tuple[str, str], ...]
Sample = tuple[str, Labels, float]

FLOWS = {
    "pv": "pv",
    "home": "home",
    "grid_import": "grid_import",
    "grid_export": "export",
    "battery_charge": "charge",
    "battery_discharge": "discharge",
    "grid_to_battery": "grid_to_battery",
    "ev_charge": "ev",
}
"""Flow of a metric's name and attribute of the truth."""

EDGES = {
    ("pv", "home"): "solar_to_home",
    ("pv", "battery"): "solar_to_battery",
    ("pv", "grid"): "solar_to_grid",
    ("battery", "home"): "battery_to_home",
    ("grid", "home"): "grid_to_home",
    ("grid", "battery"): "grid_to_battery",
}


@lru_cache(maxsize=1)
def world() -> World:
    return World(SCENARIOS["all"], seed=1, fleet=1)


def listed_sites() -> list[SimSite]:
    return [site for site in world().sites.values() if site.is_listed]


def site_called(name: str) -> SimSite:
    (site,) = (site for site in listed_sites() if site.spec.name == name)
    return site


def instants() -> Iterator[datetime]:
    at = START.astimezone(BERLIN) + STEP - timedelta(seconds=1)
    while at <= NOW:
        yield at
        at += STEP


def day_start(site: SimSite, at: datetime) -> datetime:
    """Return the start of the day at the site."""
    local = at.astimezone(site.spec.plant.place.zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def utc(at: datetime) -> datetime:
    return at.astimezone(ZoneInfo("UTC"))


def energy(site: SimSite, start: datetime, end: datetime) -> Energy:
    return site.home.energy(utc(start), utc(end))


def value(amount: Energy, attribute: str) -> float:
    return float(getattr(amount, attribute))


@cache
def whole_day(site: SimSite, start: datetime) -> Energy:
    return energy(site, start, start + timedelta(days=1))


def energy_since(site: SimSite, start: datetime, at: datetime) -> Energy:
    """Return what `energy` does, remembering whole days."""
    begin = max(start, day_start(site, start))
    parts = []
    while day_start(site, begin + timedelta(days=1)) <= at:
        following = day_start(site, begin + timedelta(days=1))
        if begin == day_start(site, begin):
            parts.append(whole_day(site, begin))
        else:
            parts.append(_part_day(site, begin, following))
        begin = following
    return total((*parts, energy(site, begin, at)))


@cache
def _part_day(site: SimSite, start: datetime, end: datetime) -> Energy:
    return energy(site, start, end)


def tells_charge(site: SimSite) -> bool:
    """Return whether a site's charge is told; else its capacity alone is, as with a silent one."""
    return site.spec.name != "Estate"


def flows(site: SimSite) -> dict[str, str]:
    """Return the flows that are told of a site: a solarbank alone knows nothing of the grid."""
    is_metered = bool(site.of(Role.METER)) or not site.of(Role.SOLARBANK)
    return {name: row for name, row in FLOWS.items() if is_metered or not name.startswith("grid_")}


def samples(moments: Sequence[datetime]) -> Iterator[tuple[datetime, Sample]]:
    """Return everything that is known at each instant, one site after the other."""
    for at in moments:
        yield at, ("solix_exporter_build_info", (("version", "1.0.0"), ("python_version", "3")), 1)
        yield at, ("solix_up", (("account", "default"),), 1)
    for site in world().sites.values():
        for at in moments:
            now = site.home.state(utc(at))
            yield from ((at, sample) for sample in _site(site, now, at) if site.is_listed)
            for device in site.devices:
                yield from ((at, sample) for sample in _device(site, device, now))


def _site(site: SimSite, now: Truth, at: datetime) -> Iterator[Sample]:
    own = (("site_id", site.site_id),)
    yield "solix_site_info", (*own, *_site_facts(site)), 1
    for name, number in _live(site, now, at).items():
        yield name, own, number
    yield from _money(site, now, own)
    for name, labels, number in _energies(site, at):
        yield name, (*own, *labels), number


def _site_facts(site: SimSite) -> Labels:
    return (
        ("account", "default"),
        ("name", site.spec.name),
        ("site_type", "solarbank"),
        ("access", "owner"),
        ("currency", CURRENCY[site.spec.currency]),
        ("timezone", str(site.spec.plant.place.zone)),
    )


def _live(site: SimSite, now: Truth, at: datetime) -> Mapping[str, float]:
    rows = {
        "data_valid": 1.0,
        "data_timestamp_seconds": at.timestamp() - 20,
        "day_start_timestamp_seconds": day_start(site, at).timestamp(),
        "pv_power_watts": now.pv_w,
        "home_load_power_watts": now.home_w,
        "plug_power_watts": now.plug_w,
        "output_power_watts": now.output_w,
        "grid_import_power_watts": now.grid_import_w,
        "grid_export_power_watts": now.grid_export_w,
    }
    if now.capacity_wh:
        rows |= {
            "battery_charge_power_watts": now.battery_charge_w,
            "battery_discharge_power_watts": now.battery_discharge_w,
            "battery_soc_ratio": now.soc_ratio,
            **({"battery_stored_energy_watthours": now.stored_wh} if tells_charge(site) else {}),
            "battery_capacity_watthours": now.capacity_wh,
        }
    return {f"solix_site_{name}": float(number) for name, number in rows.items()}


def _money(site: SimSite, now: Truth, own: Labels) -> Iterator[Sample]:
    currency = ("currency", CURRENCY[site.spec.currency])
    price_type = ("price_type", site.spec.price_type)
    yield "solix_site_electricity_price", (*own, currency, price_type), site.spec.price
    savings = now.lifetime_wh / 1000 * site.spec.price
    yield "solix_site_lifetime_savings_total", (*own, currency), savings
    yield "solix_site_lifetime_energy_watthours_total", own, now.lifetime_wh


def _energies(site: SimSite, at: datetime) -> Iterator[Sample]:
    today = energy(site, day_start(site, at), at)
    counted = energy_since(site, START, at)
    for flow, attribute in flows(site).items():
        yield f"solix_site_day_{flow}_energy_watthours", (), value(today, attribute)
        yield f"solix_site_{flow}_energy_watthours_total", (), value(counted, attribute)
    for (source, sink), attribute in EDGES.items():
        ends = (("source", source), ("sink", sink))
        yield "solix_site_day_energy_flow_watthours", ends, value(today, attribute)
        yield "solix_site_energy_flow_watthours_total", ends, value(counted, attribute)
    yield from _recorded(site, at)


def _recorded(site: SimSite, at: datetime) -> Iterator[Sample]:
    """Return what the rules of deploy/prometheus/rules/energy.yml would have recorded."""
    local = at.astimezone(site.spec.plant.place.zone)
    first = max(START, day_start(site, at).replace(day=1))
    month = energy_since(site, first, at)
    labels = (("year", f"{local:%Y}"), ("month", f"{local:%Y-%m}"))
    year = energy_since(site, START, at)
    for flow, attribute in flows(site).items():
        named = (("flow", flow),)
        yield "solix:site_energy:month_watthours", (*named, *labels), value(month, attribute)
        yield "solix:site_energy:year_watthours", (*named, labels[0]), value(year, attribute)
    grown = site.home.lifetime_wh(utc(at)) - site.home.lifetime_wh(utc(first))
    saved = grown / 1000 * site.spec.price
    currency = ("currency", CURRENCY[site.spec.currency])
    yield "solix:site_savings:month", (currency, *labels), saved


def _device(site: SimSite, device: SimDevice, now: Truth) -> Iterator[Sample]:
    own: Labels = (("device_sn", device.sn),)
    if site.is_listed and device.spec.in_site:
        own = (("site_id", site.site_id), *own)
    yield "solix_device_info", (*own, *_device_facts(device)), 1
    is_asleep = device.role is Role.INVERTER and now.pv_w == 0
    yield "solix_device_online", own, float(not is_asleep)
    yield "solix_device_error_code", own, 0
    yield "solix_device_wifi_rssi_dbm", own, device.rssi_dbm
    yield "solix_device_firmware_update_available", own, 0
    if device.role is Role.SOLARBANK and site.is_listed:
        yield from _bank(site, device, now, own)
    if device.role is Role.EV_CHARGER:
        yield "solix_ev_charger_power_watts", own, now.ev_w
    for plug, power_w in zip(site.of(Role.PLUG), now.plugs_w, strict=False):
        if plug is device:
            yield "solix_plug_power_watts", own, power_w


def _device_facts(device: SimDevice) -> Labels:
    return (
        ("account", "default"),
        ("name", device.spec.alias),
        ("device_type", device.role.name.lower()),
        ("model", device.spec.pn),
        ("model_name", device.product.name),
        ("generation", ""),
        ("firmware", "1.0"),
        ("main_device_sn", ""),
    )


def _bank(site: SimSite, device: SimDevice, now: Truth, own: Labels) -> Iterator[Sample]:
    banks = len(site.of(Role.SOLARBANK))
    yield "solix_battery_soc_ratio", own, now.soc_ratio
    yield "solix_battery_reserve_ratio", own, site.spec.plant.battery.floor_ratio
    yield "solix_battery_stored_energy_watthours", own, now.stored_wh / banks
    yield "solix_battery_capacity_watthours", own, now.capacity_wh / banks
    yield "solix_battery_expansion_packs", own, device.spec.packs
    yield "solix_battery_charge_power_watts", own, now.battery_charge_w / banks
    yield "solix_battery_discharge_power_watts", own, now.battery_discharge_w / banks
    yield "solix_battery_heating_power_watts", own, 0
    is_charging = now.battery_charge_w > 0
    for status, is_on in (("charge", is_charging), ("discharge", not is_charging)):
        yield "solix_device_status", (*own, ("status", status)), float(is_on)
    if device is site.of(Role.SOLARBANK)[0]:
        for number, power_w in enumerate(now.strings_w[:4], start=1):
            yield "solix_pv_input_power_watts", (*own, ("input", str(number))), power_w
        for mode in ("smartmeter", "manual"):
            place = (("site_id", site.site_id), ("mode", mode))
            yield "solix_site_usage_mode", place, float(mode == "smartmeter")


def openmetrics() -> str:
    """Return the fortnight as OpenMetrics text, for `promtool tsdb create-blocks-from`."""
    families: dict[str, list[str]] = {}
    shared = ("site_id", site_called("Home").site_id)
    for at, (name, labels, number) in samples(tuple(instants())):
        for job in (JOB, SECOND_JOB) if shared in labels else (JOB,):
            pairs = ",".join(f'{key}="{text}"' for key, text in (*job, *labels))
            line = f"{name}{{{pairs}}} {number:.10g} {int(at.timestamp())}"
            families.setdefault(name, []).append(line)
    lines: list[str] = []
    for name, rows in families.items():
        kind = "counter" if name.endswith("_total") else "gauge"
        lines += [f"# TYPE {name.removesuffix('_total')} {kind}", *rows]
    return "\n".join((*lines, "# EOF\n"))
