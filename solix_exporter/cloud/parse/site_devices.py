"""The devices of a scene answer that are no solarbanks: meters, plugs, inverters and the rest.

Source: `power_service/v1/site/get_scen_info`, one list a family.
"""

from dataclasses import dataclass
from typing import TypedDict, Unpack

from solix_exporter.cloud.record import Record
from solix_exporter.model.device import (
    DeviceReadings,
    EvCharger,
    EvChargerStatus,
    GridMeter,
    Inverter,
    Output,
    PartStatus,
    Plug,
)
from solix_exporter.model.products import DeviceType, product_of
from solix_exporter.model.site import DeviceListing
from solix_exporter.units import WATTS

EV_CHARGER_STATUS: dict[int, EvChargerStatus] = {
    0: EvChargerStatus.STANDBY,
    1: EvChargerStatus.PREPARING,
    2: EvChargerStatus.CHARGING,
    3: EvChargerStatus.CHARGER_PAUSED,
    4: EvChargerStatus.VEHICLE_PAUSED,
    5: EvChargerStatus.COMPLETED,
    6: EvChargerStatus.RESERVING,
    7: EvChargerStatus.DISABLED,
    8: EvChargerStatus.ERROR,
}
"""`operating_state` of a charging pile."""

_PART_STATUS = {0: PartStatus.OK}
"""`grid_status` of the meters and `dock_status` of a power dock; captures hold 0 alone."""


@dataclass(slots=True)
class SiteDevices:
    """What the lists hold, and the totals that stand beside them; powers in W."""

    meters: tuple[DeviceListing, ...]
    plugs: tuple[DeviceListing, ...]
    inverters: tuple[DeviceListing, ...]
    others: tuple[DeviceListing, ...]
    """Power stations, power panels, power docks, EV chargers."""
    grid_import_w: float | None
    grid_export_w: float | None
    plug_w: float | None

    @property
    def all(self) -> tuple[DeviceListing, ...]:
        """Return every device."""
        return (*self.meters, *self.plugs, *self.inverters, *self.others)


def read_site_devices(scene: Record) -> SiteDevices:
    """Return the devices of all lists but the solarbanks'; entries without a serial number go."""
    grid = scene.record("grid_info")
    grid.ignore("has_history_data")
    meter = GridMeter(
        import_power_w=grid.number("grid_to_home_power"),
        export_power_w=grid.number("photovoltaic_to_grid_power"),
        status=_part_status(grid.integer("grid_status")),
    )
    plug_totals = scene.record("smart_plug_info")
    meters = _entries(grid, "grid_list")
    return SiteDevices(
        meters=tuple([_listing(entry, DeviceType.SMARTMETER, meter=meter) for entry in meters]),
        plugs=tuple(
            [
                _listing(entry, DeviceType.SMARTPLUG, plug=Plug(_power(entry, "current_power")))
                for entry in _entries(plug_totals, "smartplug_list")
            ]
        ),
        inverters=tuple(
            [
                _listing(entry, DeviceType.INVERTER, inverter=_inverter(entry))
                for entry in _entries(scene, "solar_list")
            ]
        ),
        others=_others(scene),
        # Without a meter the cloud sends zeros that nobody measured.
        grid_import_w=meter.import_power_w if meters else None,
        grid_export_w=meter.export_power_w if meters else None,
        plug_w=plug_totals.number("total_power"),
    )


def _power(entry: Record, key: str) -> float | None:
    """Return a power of a device's entry, which names its unit."""
    return entry.number(key, scale=entry.unit("power_unit", WATTS, usual="w"))


def _inverter(entry: Record) -> Inverter:
    return Inverter(_power(entry, "generate_power"))


def _others(scene: Record) -> tuple[DeviceListing, ...]:
    power_stations = scene.record("pps_info")
    power_stations.ignore(
        "total_charging_power", "power_unit", "total_battery_power", "updated_time", "pps_status"
    )
    boxes = scene.record("combiner_box_info")
    piles = scene.record("charging_pile_info")
    return (
        *[_listing(entry, DeviceType.PPS) for entry in _entries(power_stations, "pps_list")],
        *[_listing(entry, DeviceType.POWERPANEL) for entry in _entries(scene, "powerpanel_list")],
        *[
            # A box has no preset of its own: it carries out the system's.
            _listing(
                entry,
                DeviceType.COMBINER_BOX,
                output=Output(preset_w=scene.number("retain_load", suffix="W")),
                dock_status=_part_status(entry.integer("dock_status")),
            )
            for entry in _entries(boxes, "combiner_box_list")
        ],
        *[
            _listing(entry, DeviceType.EV_CHARGER, ev_charger=_ev_charger(entry))
            for entry in _entries(piles, "charging_pile_list")
        ],
    )


def _part_status(code: int | None) -> PartStatus | None:
    return None if code is None else _PART_STATUS.get(code, PartStatus.UNKNOWN)


def _ev_charger(entry: Record) -> EvCharger:
    entry.ignore("ocpp_connect_status")
    status = ev_charger_status(entry.integer("operating_state"))
    return EvCharger(power_w=_power(entry, "power"), status=status)


def ev_charger_status(code: int | None) -> EvChargerStatus | None:
    """Return the status of a code, None where there is none."""
    return None if code is None else EV_CHARGER_STATUS.get(code, EvChargerStatus.UNKNOWN)


def _entries(record: Record, key: str) -> tuple[Record, ...]:
    return record.unique(key, "device_sn")


class _Capability(TypedDict, total=False):
    """What only one family has."""

    meter: GridMeter
    plug: Plug
    inverter: Inverter
    output: Output
    dock_status: PartStatus | None
    ev_charger: EvCharger


_WITH_POWER = frozenset({"plug", "inverter", "ev_charger"})
"""Capabilities whose power stands in the entry, with its unit."""


def _listing(
    entry: Record, listed_as: DeviceType, **capability: Unpack[_Capability]
) -> DeviceListing:
    entry.ignore(
        "device_img", "bind_site_status", "main_version",
        "tag_img", "priority", "auto_switch", "running_time",
        "initial_process", "total_power",
    )  # fmt: skip
    if not _WITH_POWER & capability.keys():
        entry.ignore("power_unit")
    return DeviceListing(
        sn=entry.text("device_sn"),
        product=product_of(entry.text("device_pn"), listed_as),
        name=entry.text("device_name"),
        readings=DeviceReadings(
            is_online=entry.flag("status"), error_code=entry.integer("err_code"), **capability
        ),
        wifi_place=entry.integer("wireless_type"),
        installed_at=entry.instant("create_time"),
        room=entry.text("tag"),
    )
