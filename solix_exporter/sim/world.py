"""The accounts, sites and devices of one simulated cloud, without physics."""

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from solix_exporter.sim.hardware import PRODUCTS, Role, SimProduct
from solix_exporter.sim.home import Home, home_of
from solix_exporter.sim.noise import derived, mixed, uniform
from solix_exporter.sim.system_specs import DeviceSpec, Scenario, SystemSpec
from solix_exporter.sim.wire_format import hex_text

_SN_LETTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_EV_MODEL_CODE = "DJRA"
"""Three phases, cable, 22 kW; part of the serial number."""


@dataclass(frozen=True, slots=True)
class SimAccount:
    """The login of a user."""

    email: str
    password: str
    country: str


@dataclass(frozen=True, slots=True)
class SimDevice:
    """One device with its identity."""

    spec: DeviceSpec
    sn: str
    mac: str
    """12 hex characters, upper case."""
    created: int
    """Unix seconds at which it was bound."""
    rssi_dbm: int

    @property
    def product(self) -> SimProduct:
        """Return the product."""
        return PRODUCTS[self.spec.pn]

    @property
    def is_foreign(self) -> bool:
        """Return whether another maker's cloud connects the device."""
        return self.spec.pn.startswith("SHE")

    @property
    def role(self) -> Role:
        """Return the function of the device."""
        return self.product.role


class SimSite:
    """A power system with its identity; its physics is created when it is needed."""

    def __init__(self, spec: SystemSpec, seed: int, owner_id: str) -> None:
        self.spec = spec
        self.seed = seed
        self.owner_id = owner_id
        self.site_id = str(UUID(int=mixed(seed, 1) << 64 | mixed(seed, 2)))
        self.devices = tuple(
            _device(part, derived(seed, f"device {number}"), spec)
            for number, part in enumerate(spec.devices)
        )

    @cached_property
    def home(self) -> Home:
        """Return the physics."""
        return home_of(self.spec.plant, self.seed >> 16, self.spec.built)

    @property
    def is_listed(self) -> bool:
        """Return whether the cloud lists it as a site; stand-alone devices have none."""
        return self.spec.site_type != 0

    @property
    def is_metered(self) -> bool:
        """Return whether the cloud knows the consumption of the home and the grid import.

        A solarbank without a meter knows only its own output.
        """
        return bool(self.of(Role.METER)) or not self.of(Role.SOLARBANK)

    def of(self, *roles: Role) -> tuple[SimDevice, ...]:
        """Return the devices of the power system that have one of the roles."""
        return tuple(
            device for device in self.devices if device.spec.in_site and device.role in roles
        )


def _device(spec: DeviceSpec, seed: int, system: SystemSpec) -> SimDevice:
    product = PRODUCTS[spec.pn]
    letters = [
        _SN_LETTERS[mixed(seed, place) % len(_SN_LETTERS)] for place in range(product.sn_length)
    ]
    if spec.has_modbus:
        letters[3 : 3 + len(product.sn_code)] = product.sn_code
    if product.role is Role.EV_CHARGER:
        letters[3:7] = _EV_MODEL_CODE
    return SimDevice(
        spec=spec,
        sn="".join(letters),
        mac=f"{mixed(seed, 99) >> 16:012X}",
        created=int(system.built.timestamp()) + int(3600 * uniform(seed, 98)),
        rssi_dbm=-45 - int(30 * uniform(seed, 97)),
    )


class User:
    """A user of the cloud."""

    def __init__(self, login: SimAccount, number: int, scenario: Scenario) -> None:
        self.login = login
        self.number = number
        self.scenario = scenario
        self.user_id = hex_text(derived(0, login.email), 40)
        self.owned: tuple[SimSite, ...] = ()
        self.shared: tuple[SimSite, ...] = ()

    @property
    def sites(self) -> tuple[SimSite, ...]:
        """Return the sites that the cloud lists for this account, its own ones first."""
        return tuple(site for site in (*self.owned, *self.shared) if site.is_listed)

    def owns(self, site: SimSite) -> bool:
        """Return whether the account is the owner, not a member."""
        return site in self.owned


class World:
    """All accounts and sites of one simulated cloud."""

    def __init__(self, scenario: Scenario, seed: int, fleet: int) -> None:
        self.scenario = scenario
        self.accounts: dict[str, User] = {}
        self.sites: dict[str, SimSite] = {}
        for number in range(1, max(1, fleet) + 1):
            self._add_household(number, seed)

    @property
    def regions(self) -> frozenset[str]:
        """Return the server regions that have systems of this world."""
        has_panel = any(
            part.pn == "A17B1" for system in self.scenario.systems for part in system.devices
        )
        return frozenset({self.scenario.region, "com"} if has_panel else {self.scenario.region})

    def _add_household(self, number: int, seed: int) -> None:
        """Add one household: an owner and, where the scenario has one, a member."""
        suffix = "" if number == 1 else str(number)
        owner = self._account(f"owner{suffix}@example.com", 2 * number)
        owner.owned = tuple(
            SimSite(spec, derived(seed, f"{number}/{place}"), owner.user_id)
            for place, spec in enumerate(self.scenario.systems)
        )
        self.sites.update((site.site_id, site) for site in owner.owned)
        if self.scenario.has_member:
            self._account(f"member{suffix}@example.com", 2 * number + 1).shared = owner.owned

    def _account(self, email: str, number: int) -> User:
        login = SimAccount(email, f"sunny-day-{number}", self.scenario.country)
        account = User(login, number, self.scenario)
        self.accounts[email] = account
        return account
