"""The scene answer: the live values of a site and of the devices in it - the main poll.

Source: `power_service/v1/site/get_scen_info`. `banks` reads the solarbanks, `bank_rules` puts
their values right, `bank_devices` shares them out, `solarbank_pps` reads the F3000s and
`site_devices` everything else; here the site's own values are put together.
"""

from dataclasses import replace

from solix_exporter.cloud.parse.bank_devices import SiteFacts, bank_listings
from solix_exporter.cloud.parse.bank_rules import FIRST_GENERATION, System, correct
from solix_exporter.cloud.parse.banks import Bank, Shared, read_banks, read_shared
from solix_exporter.cloud.parse.lifetime import parse_lifetime, read_ai_savings
from solix_exporter.cloud.parse.site_devices import SiteDevices, read_site_devices
from solix_exporter.cloud.parse.solarbank_pps import add_solarbank_pps
from solix_exporter.cloud.parse.usage_modes import USAGE_MODES
from solix_exporter.cloud.record import Record
from solix_exporter.errors import UnexpectedPayload
from solix_exporter.model.battery import charge_totals
from solix_exporter.model.device import DeviceReadings
from solix_exporter.model.lifetime import Lifetime
from solix_exporter.model.products import Feature
from solix_exporter.model.site import DeviceListing, Scene, SiteReadings
from solix_exporter.model.usage import UsageMode

_KNOWN = frozenset((
        "home_info", "topology_type", "updated_time", "power_site_type", "site_id",
        "user_scene_mode", "is_downgrade", "error_code",
        "priority_discharge_switch", "display_priority_discharge_tips",
        "priority_discharge_upgrade_devices", "is_show_priority_discharge", "style_id",
        "is_dynamic_price_down_grade",
        "custom_charging_type", "grid_connected_power_v2", "off_grid_power_v2",
        "other_load_power_v2", "total_input_power_v2", "total_output_power_v2",
        "third_part_pv_setting",
))  # fmt: skip
"""Fields that carry nothing that is shown."""

_THIRD_PARTY_PV = "show_third_party_pv_panel"
"""The feature switch of sites beside whose PV there is other PV."""


def parse_scene(record: Record) -> Scene:
    """Return the readings of a site and its devices.

    Raises UnexpectedPayload when the answer is empty: it must not look like a site that lost all
    its devices.
    """
    if not record:
        raise UnexpectedPayload("the answer holds no scene", outcome="malformed")
    record.ignore_known(_KNOWN)
    info = record.record("solarbank_info")
    banks, shared = read_banks(info), read_shared(info)
    others = read_site_devices(record)
    lifetime = parse_lifetime(record.records("statistics"))
    facts = SiteFacts(
        mode=_usage_mode(record),
        preset_w=record.number("retain_load", suffix="W"),
        demand_w=record.number("home_load_power"),
    )
    values = _SiteValues(record, banks, others, facts)
    if not _is_valid(banks, shared):
        return Scene(
            SiteReadings(
                is_data_valid=False,
                data_at_local=shared.updated_local,
                # The totals are right while nothing is measured (SB2_SM_AiMode_Schedule_invalid).
                lifetime=_without_zeros(lifetime),
            ),
            _without_readings(banks, others),
        )
    system = correct(banks, shared)
    devices = (*bank_listings(banks, system, facts), *others.all)
    return add_solarbank_pps(Scene(values.readings(system, lifetime), devices), record)


def _usage_mode(record: Record) -> UsageMode | None:
    code = record.integer("scene_mode")
    return None if code is None else USAGE_MODES.get(code, UsageMode.UNKNOWN)


def _is_valid(banks: tuple[Bank, ...], shared: Shared) -> bool:
    """Return whether the numbers are measured.

    A site without banks (a power panel, an empty one) sends false as a matter of course. A member
    may get zeros that only the banks' own flag gives away (capture SB2_SM_NoPvEnergy_Invalid).
    """
    if not banks:
        return True
    return shared.is_display_data and any(bank.is_display for bank in banks)


def _without_zeros(lifetime: Lifetime) -> Lifetime:
    """Return the totals but for zeros, which may be no better than the other zeros."""
    return replace(
        lifetime,
        energy_wh=lifetime.energy_wh or None,
        co2_savings_g=lifetime.co2_savings_g or None,
        savings=lifetime.savings or None,
    )


def _without_readings(banks: tuple[Bank, ...], others: SiteDevices) -> tuple[DeviceListing, ...]:
    """Return identities and connection states alone: every reading is a zero nobody measured."""
    listings = tuple(
        DeviceListing(
            bank.sn,
            bank.product,
            bank.name,
            wifi_place=bank.wifi_place,
            installed_at=bank.installed_at,
            pv_names=bank.pv_names,
        )
        for bank in banks
    )
    online = (bank.is_online for bank in banks)
    states = (device.readings.is_online if device.readings else None for device in others.all)
    return tuple(
        replace(device, readings=DeviceReadings(is_online=is_online, is_data_valid=False))
        for device, is_online in zip((*listings, *others.all), (*online, *states), strict=True)
    )


class _SiteValues:
    """The values of the site; a family of them appears only where such a device exists."""

    def __init__(
        self, record: Record, banks: tuple[Bank, ...], others: SiteDevices, facts: SiteFacts
    ) -> None:
        self._banks = [bank for bank in banks if bank.is_display]
        self._others = others
        self._facts = facts
        self._other_load_w = record.number("other_loads_power")
        self._third_party_w = record.number("third_party_pv")
        self._has_third_party_pv = _THIRD_PARTY_PV in record.switches("feature_switch")
        self._ai_savings = read_ai_savings(record.record("aiems_profit"))
        self._error_text = record.text("err_msg")
        self._is_export_off = record.flag("switch_0w")

    def readings(self, system: System, lifetime: Lifetime) -> SiteReadings:
        """Return the site's readings from the corrected system."""
        shared, others = system.shared, self._others
        has_banks = bool(self._banks)
        battery_w = system.total_battery_w if has_banks else None
        totals = charge_totals([(bank.soc_ratio, bank.capacity_wh) for bank in self._banks])
        return SiteReadings(
            error_text=self._error_text,
            data_at_local=shared.updated_local,
            pv_power_w=shared.pv_w if has_banks else None,
            home_load_power_w=self._with_loads(self._facts.demand_w),
            other_load_power_w=self._with_loads(self._other_load_w),
            plug_power_w=others.plug_w if others.plugs else None,
            output_power_w=shared.output_w if has_banks else None,
            ac_socket_power_w=self._if_any(Feature.AC_SOCKET, shared.ac_socket_w),
            grid_import_power_w=others.grid_import_w,
            grid_export_power_w=others.grid_export_w,
            battery_charge_power_w=None if battery_w is None else max(0.0, battery_w),
            battery_discharge_power_w=None if battery_w is None else max(0.0, -battery_w),
            grid_to_battery_power_w=self._if_any(Feature.GRID_CHARGE, shared.grid_to_battery_w),
            third_party_pv_power_w=self._third_party_w if others.meters else None,
            has_third_party_pv=self._has_third_party_pv,
            soc_ratio=totals.soc_ratio,
            stored_energy_wh=totals.stored_energy_wh,
            capacity_wh=totals.capacity_wh,
            output_preset_w=self._facts.preset_w if has_banks else None,
            usage_mode=self._facts.mode if has_banks else None,
            backup=shared.backup if shared.backup.start else None,
            is_export_allowed=self._is_export_allowed(),
            ai_savings=self._ai_savings,
            lifetime=lifetime if has_banks or others.inverters else Lifetime(),
        )

    def _with_loads(self, value: float | None) -> float | None:
        return value if self._banks or self._others.meters or self._others.plugs else None

    def _is_export_allowed(self) -> bool | None:
        """Return the setting; the cloud sends it for the first generation, which has none."""
        if self._is_export_off is None:
            return None
        newer = any(bank.generation > FIRST_GENERATION for bank in self._banks)
        return not self._is_export_off if newer else None

    def _if_any(self, feature: Feature, value: float | None) -> float | None:
        """Return the value where a bank has the feature."""
        if value is None:
            return None
        has_one = any(feature in bank.product.features for bank in self._banks)
        return value if has_one else None
