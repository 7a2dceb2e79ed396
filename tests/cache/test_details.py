"""How the answers of the slow polls are joined to sites and devices."""

import pytest

from solix_exporter.cache import ACCOUNT, Cache, Life, SceneAnswer
from solix_exporter.cloud.endpoints.account import BIND_DEVICES
from solix_exporter.cloud.endpoints.devices import POWER_CUTOFF
from solix_exporter.cloud.endpoints.sites import SITE_LIST, SYSTEM_SETTINGS
from solix_exporter.model.account import Account
from solix_exporter.model.bound import BoundDevice
from solix_exporter.model.device import Device, DeviceReadings
from solix_exporter.model.in_force import BankInForce, InForce
from solix_exporter.model.limits import SocLimits, SystemSettings
from solix_exporter.model.products import product_of
from solix_exporter.model.site import (
    Access,
    DeviceListing,
    Scene,
    SiteListing,
    SiteReadings,
    SiteType,
)
from solix_exporter.model.usage import UsageMode
from tests.moments import at

SITE, BANK, STATION = "site-1", "bank-1", "station-1"
LIMITS = SocLimits(0.05, 0.12, 0.95, 0.4, is_backup_reserve_on=True)


def bound(sn: str, *, own: bool = True) -> BoundDevice:
    return BoundDevice(sn, product_of("A1761"), "Van", is_online=True, is_owned=own)


def account(cache: Cache, name: str, *devices: BoundDevice) -> None:
    parts = cache.of(name)
    parts.account.replace(None, Account(name, "DE", "https://cloud"))
    parts[BIND_DEVICES].replace(
        ACCOUNT, {device.sn: device for device in devices}, Life(at(0), 600)
    )


def site(
    cache: Cache,
    name: str,
    model: str = "A17C5",
    switches: tuple[str, ...] = (),
    readings: SiteReadings | None = None,
) -> None:
    parts = cache.of(name)
    listing = SiteListing(SITE, "Home", SiteType.SOLARBANK, Access.OWNER)
    bank = DeviceListing(
        BANK, product_of(model), "Bank", DeviceReadings(), switches=frozenset(switches)
    )
    parts[SITE_LIST].replace(ACCOUNT, (listing,), Life(at(0), 600))
    scene = SceneAnswer(Scene(readings or SiteReadings(), (bank,)), None)
    parts.scenes.replace(SITE, scene, Life(at(0), 600))


def devices(cache: Cache) -> dict[str, Device]:
    snapshot = cache.snapshot(at(0))
    assert len({device.sn for device in snapshot.devices}) == len(snapshot.devices)
    return {device.sn: device for device in snapshot.devices}


def test_a_shared_stand_alone_device_is_shown_once_the_owners() -> None:
    cache = Cache()
    account(cache, "friend", bound(STATION, own=False))
    account(cache, "owner", bound(STATION))
    assert devices(cache)[STATION].account == "owner"


def test_a_bound_device_that_is_in_a_site_of_another_account_is_no_stand_alone_one() -> None:
    cache = Cache()
    account(cache, "friend", bound(BANK, own=False))
    assert devices(cache)[BANK].site_id is None
    account(cache, "owner", bound(BANK))
    site(cache, "owner")
    assert devices(cache)[BANK].site_id == SITE
    assert devices(cache)[BANK].account == "owner"


def test_the_same_stand_alone_devices_leave_the_slice_as_it_was() -> None:
    cache = Cache()
    account(cache, "owner", bound(STATION))
    before = cache.snapshot(at(0))
    account(cache, "owner", bound(STATION))
    assert cache.snapshot(at(1)) is before


def test_what_came_and_went_between_two_looks_leaves_the_slice_as_it_was() -> None:
    cache = Cache()
    account(cache, "owner", bound(STATION))
    before = cache.snapshot(at(0))
    account(cache, "owner", bound("ANOTHER"))
    account(cache, "owner", bound(STATION))
    assert cache.snapshot(at(1)) is before


SOC = [
    # The freely chosen limits only where a switch says that the device knows them.
    ("A17C5", (), SocLimits(0.05), 0.05),
    ("A17C5", ("soc_enable",), LIMITS, 0.12),
    # The second generation keeps no reserve for outages.
    ("A17C1", ("soc_enable",), SocLimits(0.05, 0.12, 0.95), 0.12),
    ("A17C0", ("soc_enable",), None, None),
    ("A17C1", ("soc_enable",), SocLimits(0.05, 0.0, 0.95), 0.0),
]


@pytest.mark.parametrize(("model", "switches", "limits", "reserve"), SOC)
def test_limits_of_the_state_of_charge(
    model: str, switches: tuple[str, ...], limits: SocLimits | None, reserve: float | None
) -> None:
    cache = Cache()
    site(cache, "owner", model, switches)
    told = limits if limits and limits.lower_ratio == 0 else LIMITS
    cache.of("owner")[SYSTEM_SETTINGS].replace(SITE, SystemSettings(told))
    assert devices(cache)[BANK].details.soc_limits == limits
    assert devices(cache)[BANK].reserve_ratio == reserve


def test_a_system_without_settings_leaves_them_to_its_banks() -> None:
    cache = Cache()
    site(cache, "owner", "A17C1")
    parts = cache.of("owner")
    parts[SYSTEM_SETTINGS].replace(SITE, SystemSettings())
    parts[POWER_CUTOFF].replace(BANK, SocLimits(0.1, 0.2))
    assert devices(cache)[BANK].details.soc_limits == SocLimits(0.1)


EXPORT = [
    ("A17C5", SystemSettings(is_export_allowed=False), True, None, False),
    ("A17C5", SystemSettings(), True, None, True),
    ("A17C5", None, False, True, False),
    ("A17C5", None, None, True, None),
    ("A17C0", SystemSettings(is_export_allowed=False), False, True, True),
    ("A17C0", None, False, None, None),
]


@pytest.mark.parametrize(("model", "station", "scene", "slot", "expected"), EXPORT)
def test_whether_export_is_allowed(
    model: str,
    station: SystemSettings | None,
    scene: bool | None,  # noqa: FBT001 - a table's column
    slot: bool | None,  # noqa: FBT001 - a table's column
    expected: bool | None,  # noqa: FBT001 - a table's column
) -> None:
    cache = Cache()
    site(cache, "owner", model, readings=SiteReadings(is_export_allowed=scene))
    parts = cache.of("owner")
    if station is not None:
        parts[SYSTEM_SETTINGS].replace(SITE, station)
    banks = {BANK: BankInForce(is_export_allowed=slot)}
    parts.in_force.replace(SITE, InForce(banks=banks))
    assert devices(cache)[BANK].details.is_export_allowed is expected


MODES = [
    (UsageMode.SMARTMETER, UsageMode.MANUAL, UsageMode.SMARTMETER),
    (UsageMode.SMARTMETER, UsageMode.BACKUP, UsageMode.BACKUP),
    (UsageMode.UNKNOWN, UsageMode.MANUAL, UsageMode.MANUAL),
    (None, UsageMode.MANUAL, UsageMode.MANUAL),
    (UsageMode.UNKNOWN, None, UsageMode.UNKNOWN),
    (None, None, None),
]


@pytest.mark.parametrize(("scene", "schedule", "expected"), MODES)
def test_which_usage_mode_counts(
    scene: UsageMode | None, schedule: UsageMode | None, expected: UsageMode | None
) -> None:
    cache = Cache()
    site(cache, "owner", readings=SiteReadings(usage_mode=scene))
    cache.of("owner").in_force.replace(SITE, InForce(usage_mode=schedule))
    assert cache.snapshot(at(0)).sites[0].usage_mode is expected
