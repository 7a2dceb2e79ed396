"""The readings of meters, plugs and EV chargers, and what every family may report."""

from solix_exporter.model.device import (
    DeviceReadings,
    EvCharger,
    EvChargerStatus,
    GridMeter,
    Plug,
)
from solix_exporter.model.lifetime import LifetimeEnergy, LifetimeFlow
from solix_exporter.model.ports import Phase
from solix_exporter.model.radio import WifiLink
from solix_exporter.mqtt.plausible import Reported
from solix_exporter.mqtt.ports import read_switches

_PHASES = ("l1", "l2", "l3")
_FLOWS = (
    (LifetimeFlow.PV, "pv_yield"),
    (LifetimeFlow.OUTPUT, "output_energy"),
    (LifetimeFlow.CHARGE, "charged_energy"),
    (LifetimeFlow.DISCHARGE, "discharged_energy"),
    (LifetimeFlow.BYPASS, "bypass_energy"),
    (LifetimeFlow.CONSUMED, "consumed_energy"),
    (LifetimeFlow.GRID_IMPORT, "grid_import_energy"),
    (LifetimeFlow.GRID_EXPORT, "grid_export_energy"),
)
_EV_STATUSES = dict(enumerate(EvChargerStatus))


def read_lifetimes(reported: Reported) -> tuple[LifetimeEnergy, ...]:
    """Return the counters of the device."""
    found = ((flow, reported.energy_wh(name)) for flow, name in _FLOWS)
    return tuple(LifetimeEnergy(flow, wh) for flow, wh in found if wh is not None)


def read_radio(reported: Reported) -> WifiLink | None:
    """Return how well the device is heard."""
    signal = reported.ratio("wifi_signal")
    return None if signal is None else WifiLink(signal_ratio=signal)


def read_meter(reported: Reported) -> DeviceReadings:
    """Return what a meter reports."""
    signed_w = reported.signed_w("grid_power_signed")
    if signed_w is not None:
        meter = GridMeter(max(signed_w, 0.0), max(-signed_w, 0.0))
    else:
        meter = GridMeter(
            reported.power_w("grid_to_home_power"), reported.power_w("pv_to_grid_power")
        )
    return DeviceReadings(
        meter=meter if meter != GridMeter() else None,
        phases=_phases(reported, "grid_power_signed_"),
        lifetime_energy=read_lifetimes(reported),
        radio=read_radio(reported),
    )


def _phases(reported: Reported, power_name: str) -> tuple[Phase, ...]:
    found = []
    for phase in _PHASES:
        signed_w = reported.signed_w(f"{power_name}{phase}")
        found.append(
            Phase(
                phase,
                voltage_v=reported.voltage_v(f"voltage_{phase}"),
                current_a=reported.current_a(f"current_{phase}"),
                import_power_w=None if signed_w is None else max(signed_w, 0.0),
                export_power_w=None if signed_w is None else max(-signed_w, 0.0),
            )
        )
    return tuple(phase for phase in found if phase != Phase(phase.phase))


def read_plug(reported: Reported) -> DeviceReadings:
    """Return what a smart plug reports."""
    plug = Plug(
        power_w=reported.power_w("power"),
        voltage_v=reported.voltage_v("voltage"),
        current_a=reported.current_a("current"),
        is_on=reported.flag("ac_output_power_switch"),
    )
    return DeviceReadings(
        plug=plug if plug != Plug() else None,
        lifetime_energy=read_lifetimes(reported),
        radio=read_radio(reported),
    )


def read_ev_charger(reported: Reported) -> DeviceReadings:
    """Return what a wall box reports."""
    phases = _phases(reported, "power_")
    charger = EvCharger(
        power_w=_ev_power_w(reported, phases),
        status=_ev_status(reported.number("ev_charger_status")),
        session_energy_wh=_session_energy_wh(reported),
        session_s=reported.number("charging_duration_seconds"),
        is_cable_connected=reported.flag("plug_status"),
    )
    return DeviceReadings(
        ev_charger=charger if charger != EvCharger() else None,
        phases=phases,
        switches=read_switches(reported),
        radio=read_radio(reported),
    )


def _ev_power_w(reported: Reported, phases: tuple[Phase, ...]) -> float | None:
    power_w = reported.power_w("bat_charge_power")
    if power_w is not None:
        return power_w
    known_w = [one.import_power_w for one in phases if one.import_power_w is not None]
    return sum(known_w) if known_w else None


def _session_energy_wh(reported: Reported) -> float | None:
    """Return the energy of the session; unlike a counter it begins at 0."""
    return reported.energy_wh("charging_energy") or (
        0.0 if reported.number("charging_energy") == 0 else None
    )


def _ev_status(code: float | None) -> EvChargerStatus | None:
    if code is None:
        return None
    return _EV_STATUSES.get(int(code), EvChargerStatus.UNKNOWN)
