"""A home whose devices report by themselves, too: answers and reports at fixed times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from solix_exporter.cache import ACCOUNT, Cache, Life, SceneAnswer
from solix_exporter.cloud.endpoints.account import BIND_DEVICES
from solix_exporter.cloud.endpoints.sites import SITE_LIST
from solix_exporter.metrics.exposition import home_texts
from solix_exporter.metrics.slice_lines import SliceLines
from solix_exporter.model.account import Account
from solix_exporter.model.battery import Battery
from solix_exporter.model.bound import BoundDevice
from solix_exporter.model.device import DeviceReadings, GridMeter, Output, Plug
from solix_exporter.model.ports import SystemPowers
from solix_exporter.model.products import product_of
from solix_exporter.model.report import DeviceReport, Source
from solix_exporter.model.site import (
    Access,
    DeviceListing,
    Scene,
    SiteListing,
    SiteReadings,
    SiteType,
)
from solix_exporter.model.usage import UsageMode
from tests.moments import START, at

SITE, NAME = "site-1", "home"
BANK, METER, PLUG = "BANK1", "METER1", "PLUG1"
SCENE_VALID_S = 600.0

Sample = tuple[str, frozenset[tuple[str, str]]]


def bank_scene(soc: float = 0.5) -> DeviceReadings:
    """Return what the scene says of the bank: 300 W of PV, 100 W into the battery."""
    return DeviceReadings(
        is_online=True,
        pv_power_w=300,
        battery=Battery(
            soc_ratio=soc,
            capacity_wh=7000,
            charge_power_w=100,
            discharge_power_w=0,
            reserve_ratio=0.1,
            expansion_packs=0,
        ),
        output=Output(power_w=200, home_power_w=200, preset_w=150),
    )


SITE_SCENE = SiteReadings(
    pv_power_w=300,
    home_load_power_w=450,
    other_load_power_w=430,
    plug_power_w=20,
    output_power_w=200,
    grid_import_power_w=250,
    grid_export_power_w=0,
    battery_charge_power_w=100,
    battery_discharge_power_w=0,
    soc_ratio=0.5,
    stored_energy_wh=3500,
    capacity_wh=7000,
    usage_mode=UsageMode.SMARTMETER,
)


def bank_live(**changes: float) -> DeviceReadings:
    """Return what the registers of the bank say: the battery gives 380 W, all for the home."""
    grid = {"grid_import_power_w": 20.0, "grid_export_power_w": 0.0, "home_load_power_w": 900.0}
    grid |= {name: value for name, value in changes.items() if name in grid}
    return DeviceReadings(
        pv_power_w=500,
        battery=Battery(soc_ratio=0.52, health_ratio=0.99, charge_power_w=0, discharge_power_w=380),
        system=SystemPowers(third_party_pv_power_w=0, **grid),
        grid_frequency_hz=50.01,
    )


@dataclass
class Home:
    """A cache with one account, and what it shows."""

    cache: Cache = field(default_factory=Cache)
    lines: SliceLines = field(default_factory=SliceLines)

    def cloud(
        self,
        at_s: float = 0,
        devices: Mapping[str, tuple[str, DeviceReadings | None]] | None = None,
        site: SiteReadings = SITE_SCENE,
    ) -> None:
        """Answer the polls of the account: a site with a bank, or with other devices."""
        named = devices or {BANK: ("A17E2", bank_scene())}
        listed = tuple(
            DeviceListing(sn, product_of(number), sn.title(), readings)
            for sn, (number, readings) in named.items()
        )
        parts = self.cache.of(NAME)
        parts.account.replace(None, Account(NAME, "DE", "https://cloud"))
        listing = SiteListing(SITE, "Home", SiteType.SOLARBANK, Access.OWNER)
        life = Life(at(at_s), SCENE_VALID_S)
        parts[SITE_LIST].replace(ACCOUNT, (listing,), life)
        parts.zones.replace(SITE, ZoneInfo("Europe/Berlin"))
        measured = START + timedelta(seconds=at_s)
        stamped = SceneAnswer(Scene(site, listed), measured)
        parts.scenes.replace(SITE, stamped, life, measured_at=measured)
        self.bound(at_s)

    def bound(self, at_s: float = 0, stations: Mapping[str, str] | None = None) -> None:
        """Answer the list of bound devices."""
        rows = {sn: BoundDevice(sn, product_of(number)) for sn, number in (stations or {}).items()}
        self.cache.of(NAME)[BIND_DEVICES].replace(ACCOUNT, rows, Life(at(at_s), SCENE_VALID_S))

    def report(
        self,
        at_s: float,
        readings: DeviceReadings,
        sn: str = BANK,
        source: Source = Source.MODBUS,
        part_number: str = "A17E2",
        valid_s: float = 30,
        kind: str = "live",
        site: str = "",
    ) -> None:
        """Let a device report."""
        measured = START + timedelta(seconds=at_s)
        report = DeviceReport(sn, source, kind, part_number, measured, valid_s, readings, site=site)
        self.cache.reports.replace(report, at(at_s))
        self.cache.note_home(sn)

    def samples(self, at_s: float) -> dict[Sample, float]:
        """Return all samples of the home; none may be there twice."""
        found: dict[Sample, float] = {}
        lines = self.lines.of(self.cache.snapshot(at(at_s)))
        for text in home_texts(lines, openmetrics=False):
            for line in text.splitlines():
                if line.startswith("#"):
                    continue
                name, labels, value = _parsed(line)
                assert (name, labels) not in found, line
                found[name, labels] = value
        return found

    def values(self, at_s: float, name: str, **labels: str) -> list[float]:
        """Return the values of the series of a name that have these labels."""
        wanted = set(labels.items())
        rows = self.samples(at_s).items()
        return [value for (known, found), value in rows if known == name and wanted <= found]

    def snapshot_names(self, at_s: float) -> list[str]:
        """Return the names of the sites that are shown."""
        return [site.name for site in self.cache.snapshot(at(at_s)).sites]

    def series(self, at_s: float) -> set[Sample]:
        """Return the series that are shown, apart from those of sources and identities."""
        return {
            (name, labels)
            for name, labels in self.samples(at_s)
            if not name.startswith(("solix_device_source", "solix_device_info"))
        }


def _parsed(line: str) -> tuple[str, frozenset[tuple[str, str]], float]:
    name, _, rest = line.partition("{")
    labels, _, value = rest.rpartition("} ")
    pairs = [pair.partition("=") for pair in labels.split('",')]
    return name, frozenset((key, text.strip('"')) for key, _, text in pairs), float(value)


def meter_readings(import_w: float, export_w: float = 0) -> DeviceReadings:
    """Return what a smart meter reports."""
    return DeviceReadings(meter=GridMeter(import_w, export_w))


def plug_readings(power_w: float) -> DeviceReadings:
    """Return what a smart plug reports."""
    return DeviceReadings(plug=Plug(power_w, 230.1, 0.2, is_on=True))


def adds_up(site: Sequence[float]) -> bool:
    """Return whether PV, import, discharge, charge, export and home leave nothing over."""
    pv_w, import_w, discharge_w, charge_w, export_w, home_w = site
    return abs(pv_w + import_w + discharge_w - charge_w - export_w - home_w) < 1e-6
