"""The corrected solarbanks as devices of the model: which shared value belongs to which bank."""

from dataclasses import dataclass

from solix_exporter.cloud.parse.bank_rules import System, SystemKind, ac_input_shares
from solix_exporter.cloud.parse.banks import PV_INPUT_NAMES, Bank
from solix_exporter.cloud.parse.charging_status import StatusFacts, charging_status
from solix_exporter.model.battery import Battery
from solix_exporter.model.device import DeviceReadings, Output, PvInput
from solix_exporter.model.products import Feature
from solix_exporter.model.site import DeviceListing
from solix_exporter.model.usage import UsageMode

_MICRO_INVERTER = "micro_inverter"


@dataclass(slots=True)
class SiteFacts:
    """What the banks need to know of their site; powers in W."""

    mode: UsageMode | None
    preset_w: float | None
    """The system's output preset in force."""
    demand_w: float | None
    """What the home needs."""


def bank_listings(
    banks: tuple[Bank, ...], system: System, site: SiteFacts
) -> tuple[DeviceListing, ...]:
    """Return the banks as devices with readings."""
    ac_inputs_w = ac_input_shares(banks, system)
    return tuple(
        [
            DeviceListing(
                sn=bank.sn,
                product=bank.product,
                name=bank.name,
                readings=_BankReader(
                    bank, system, site, index, preset_w=_preset(bank, banks, site.preset_w)
                ).readings(ac_inputs_w[index]),
                wifi_place=bank.wifi_place,
                switches=bank.switches,
                installed_at=bank.installed_at,
                pv_names=bank.pv_names,
            )
            for index, bank in enumerate(banks)
        ]
    )


def _preset(bank: Bank, banks: tuple[Bank, ...], system_preset_w: float | None) -> float | None:
    """Return the bank's own preset, else its part of the system's among banks of its model."""
    if bank.preset_w is not None or system_preset_w is None:
        return bank.preset_w
    same = sum([other.product.part_number == bank.product.part_number for other in banks])
    return float(round(system_preset_w / same))


@dataclass(slots=True)
class _BankReader:
    """Reads one bank of a system."""

    bank: Bank
    system: System
    site: SiteFacts
    index: int
    preset_w: float | None

    def readings(self, ac_input_w: float | None) -> DeviceReadings:
        """Return the readings, without measurements where the cloud marks them as invalid."""
        bank = self.bank
        if not bank.is_display:
            return DeviceReadings(is_online=bank.is_online, is_data_valid=False)
        home_w, features = self._home_w(), bank.product.features
        return DeviceReadings(
            is_online=bank.is_online,
            error_code=bank.error_code,
            status=charging_status(self._status_facts(home_w)),
            pv_power_w=bank.pv_w,
            pv_inputs=self._pv_inputs(),
            battery=self._battery(),
            output=Output(
                power_w=bank.output_w,
                home_power_w=home_w if Feature.HOME_OUTPUT in features else None,
                ac_socket_power_w=self._shared(Feature.AC_SOCKET, self.system.shared.ac_socket_w),
                ac_input_power_w=ac_input_w if Feature.AC_INPUT in features else None,
                preset_w=self.preset_w,
            ),
        )

    def _if(self, feature: Feature, value: float | None) -> float | None:
        """Return the value where the model has the feature; the cloud fills the key for all."""
        return value if feature in self.bank.product.features else None

    def _shared(self, feature: Feature, value: float | None) -> float | None:
        """Return a value of the whole system where it can be this bank's alone."""
        if self.system.kind is SystemKind.MULTISYSTEM:
            return None
        return self._if(feature, value)

    def _home_w(self) -> float | None:
        if self.system.kind is SystemKind.MULTISYSTEM:
            return self.bank.output_w
        return self.system.shared.home_w

    def _battery(self) -> Battery:
        bank, power_w = self.bank, self.system.powers_w[self.index]
        heating_w = bank.heating_w
        if heating_w is None:
            heating_w = self._shared(Feature.HEATING, self.system.shared.heating_w)
        return Battery(
            soc_ratio=bank.soc_ratio,
            capacity_wh=bank.capacity_wh,
            charge_power_w=None if power_w is None else max(0.0, power_w),
            discharge_power_w=None if power_w is None else max(0.0, -power_w),
            grid_charge_power_w=self.system.grid_to_battery_w[self.index],
            heating_power_w=self._if(Feature.HEATING, heating_w),
            reserve_ratio=bank.reserve_ratio,
            expansion_packs=bank.packs,
        )

    def _pv_inputs(self) -> tuple[PvInput, ...]:
        """Return the inputs that the model has; its own report goes before the system's."""
        shared, product = self.system.shared, self.bank.product
        is_shared = self.system.kind is not SystemKind.MULTISYSTEM
        channels = self.bank.channels or (shared.channels if is_shared else {})
        inputs = [
            PvInput(name, channels[name])
            for name in PV_INPUT_NAMES[: product.pv_inputs]
            if name in channels
        ]
        micro_w = self.bank.channels.get(_MICRO_INVERTER)
        if micro_w is None and is_shared:
            # Other models send the sum of inputs 3 and 4 under this key.
            micro_w = shared.micro_inverter_w
        if micro_w is not None and Feature.MICRO_INVERTER in product.features:
            inputs.append(PvInput(_MICRO_INVERTER, micro_w))
        return tuple(inputs)

    def _status_facts(self, home_w: float | None) -> StatusFacts:
        bank = self.bank
        return StatusFacts(
            code=bank.status_code,
            generation=bank.generation,
            mode=self.site.mode,
            preset_w=self.preset_w,
            output_w=bank.output_w,
            pv_w=bank.pv_w,
            battery_w=self.system.powers_w[self.index],
            home_w=home_w,
            demand_w=self.site.demand_w or 0.0,
            grid_to_battery_w=self.system.grid_to_battery_w[self.index] or 0.0,
            soc_ratio=bank.soc_ratio,
        )
