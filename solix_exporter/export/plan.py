"""THE table of what an export asks, about what, and under which condition. Reference 06, 2.4.

A step gives its questions from what is known so far; they are asked once each, in any order that
the budget likes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, IntEnum

from solix_exporter.cloud.endpoints import BY_NAME
from solix_exporter.cloud.endpoints.endpoint import (
    DEVICE,
    SITE,
    TODAY,
    YESTERDAY,
    AnyEndpoint,
    Asker,
    Json,
)
from solix_exporter.export.findings import Findings, FoundDevice, FoundSite
from solix_exporter.model.products import DeviceType, Feature
from solix_exporter.model.site import SiteType


class Stage(IntEnum):
    """What has to be known before something can be asked."""

    SITES = 0
    """Nothing."""
    DEVICES = 1
    """The sites."""
    DETAILS = 2
    """The devices."""
    ALL_DEVICES = 3
    """Every device, those too that another one tells of."""


class Service(Enum):
    """The parts of the cloud that can be chosen; the value is what users write."""

    POWER = "power"
    CHARGING = "charging"
    HES = "hes"


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked about, and when."""

    found: Findings
    chosen: frozenset[Service]
    """Services that are asked whatever the systems are; empty: those that the systems need."""
    today: date
    now_s: int
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class Question:
    """One request of an export."""

    endpoint: AnyEndpoint
    body: Mapping[str, Json]
    is_permitted: bool = True
    """False where only the owner may ask and the account is not the owner."""
    name_fields: Mapping[str, Json] | None = None
    """Fields that stand in the name of the file and not in the body."""


Bodies = Callable[[Scope, AnyEndpoint], Iterable[Question]]


@dataclass(frozen=True, slots=True)
class Step:
    """One row: an endpoint of the catalogue, and its questions."""

    endpoint: AnyEndpoint
    questions: Bodies
    stage: "Stage"
    """Everything of the stages before is asked first."""


SitePick = Callable[[Scope, FoundSite], bool]
DevicePick = Callable[[Scope, FoundDevice], bool]


def _filled(template: Json, values: Mapping[str, str]) -> Json:
    """Return a body with what is asked about in the place of its placeholders."""
    if isinstance(template, str):
        return values.get(template, template)
    if isinstance(template, list):
        return [_filled(item, values) for item in template]
    if isinstance(template, dict):
        return {key: _filled(item, values) for key, item in template.items()}
    return template


def _body(
    endpoint: AnyEndpoint, more: Mapping[str, Json], scope: Scope, **about: str
) -> dict[str, Json]:
    values = {
        TODAY: scope.today.isoformat(),
        YESTERDAY: (scope.today - timedelta(days=1)).isoformat(),
        SITE: about.get("site", ""),
        DEVICE: about.get("device", ""),
    }
    body = {**endpoint.body, **more}
    return {key: _filled(value, values) for key, value in body.items()}


def once(name: str, stage: Stage = Stage.DETAILS, **more: Json) -> Step:
    """Ask once an account."""

    def questions(scope: Scope, endpoint: AnyEndpoint) -> Iterator[Question]:
        yield Question(endpoint, _body(endpoint, more, scope))

    return Step(BY_NAME[name], questions, stage)


def each_site(
    name: str, pick: SitePick | None = None, stage: Stage = Stage.DETAILS, **more: Json
) -> Step:
    """Ask once a site."""

    def questions(scope: Scope, endpoint: AnyEndpoint) -> Iterator[Question]:
        for site in scope.found.sites.values():
            if pick is None or pick(scope, site):
                body = _body(endpoint, more, scope, site=site.site_id)
                is_permitted = site.is_owned or endpoint.asker is not Asker.OWNER
                yield Question(endpoint, body, is_permitted)

    return Step(BY_NAME[name], questions, stage)


def each_device(name: str, pick: DevicePick | None = None, **more: Json) -> Step:
    """Ask once a device."""

    def questions(scope: Scope, endpoint: AnyEndpoint) -> Iterator[Question]:
        for device in scope.found.devices.values():
            if pick is None or pick(scope, device):
                body = _body(endpoint, more, scope, site=device.site_id, device=device.sn)
                is_permitted = device.is_owned or endpoint.asker is not Asker.OWNER
                yield Question(endpoint, body, is_permitted)

    return Step(BY_NAME[name], questions, Stage.DETAILS)


def _of(*kinds: DeviceType) -> DevicePick:
    return lambda _, device: device.kind in kinds


def _with(*kinds: DeviceType) -> SitePick:
    return lambda scope, site: any(scope.found.devices_of(site, *kinds))


def _of_type(*types: SiteType) -> SitePick:
    return lambda _, site: site.site_type in types


def _has_feature(feature: Feature) -> SitePick:
    return lambda scope, site: any(
        feature in device.product.features
        for device in scope.found.devices_of(site, DeviceType.SOLARBANK)
    )


def _has_input(number: int) -> SitePick:
    return lambda scope, site: any(
        device.product.pv_inputs >= number
        for device in scope.found.devices_of(site, DeviceType.SOLARBANK)
    )


_OTHER_SERVICES = frozenset({SiteType.HES, SiteType.POWERPANEL, SiteType.HOME_BACKUP})


def _is_power_site(scope: Scope, site: FoundSite) -> bool:
    return site.site_type not in _OTHER_SERVICES or Service.POWER in scope.chosen


def _is_panel_site(scope: Scope, site: FoundSite) -> bool:
    panels = {SiteType.POWERPANEL, SiteType.HOME_BACKUP}
    return site.site_type in panels or Service.CHARGING in scope.chosen


def _is_home_site(scope: Scope, site: FoundSite) -> bool:
    return site.site_id in scope.found.home_energy or Service.HES in scope.chosen


_PANEL_KINDS = (
    DeviceType.POWERPANEL,
    DeviceType.HOME_BACKUP,
    DeviceType.COMBINER_BOX,
    DeviceType.GENERATOR,
)


def _needs_panel_service(kinds: tuple[DeviceType, ...]) -> DevicePick:
    def pick(scope: Scope, device: FoundDevice) -> bool:
        has_panel = Service.CHARGING in scope.chosen or any(
            other.kind in _PANEL_KINDS for other in scope.found.devices.values()
        )
        return has_panel and device.kind in kinds

    return pick


_is_panel = _needs_panel_service(_PANEL_KINDS)
_is_panel_or_station = _needs_panel_service((*_PANEL_KINDS, DeviceType.PPS))


def _step(name: str, questions: Bodies) -> Step:
    return Step(BY_NAME[name], questions, Stage.DETAILS)


def _ota(scope: Scope, endpoint: AnyEndpoint) -> Iterator[Question]:
    devices: list[Json] = [{"device_sn": sn, "version": ""} for sn in scope.found.devices]
    if devices:
        yield Question(endpoint, {"device_list": devices})


_PRICED_MODELS = frozenset({"A17C5", "A5101", "A5102", "A5103", "AE103", "A17E2"})
_MOST_OFFERS = 3
"""So many providers are asked that nobody uses; the cloud knows dozens."""


def _providers(scope: Scope, endpoint: AnyEndpoint) -> Iterator[Question]:
    models = {device.product.part_number for device in scope.found.devices.values()}
    for model in sorted(models & _PRICED_MODELS):
        yield Question(endpoint, {"device_pn": model})


def _prices(scope: Scope, endpoint: AnyEndpoint) -> Iterator[Question]:
    found = scope.found
    for provider in (*found.providers, *list(found.offered)[:_MOST_OFFERS]):
        body: dict[str, Json] = {
            "company": provider.company,
            "area": provider.area,
            "date": str(scope.now_s),
            "device_sn": "",
        }
        naming: dict[str, Json] = {
            "country": provider.country or "-",
            "company": provider.company or "-",
            "area": provider.area or "-",
        }
        yield Question(endpoint, body, name_fields=naming)


def _vehicles(scope: Scope, endpoint: AnyEndpoint) -> Iterator[Question]:
    for vehicle_id in scope.found.vehicles:
        yield Question(endpoint, {"vehicle_id": vehicle_id})


def _models(*fields: str) -> Bodies:
    def questions(scope: Scope, endpoint: AnyEndpoint) -> Iterator[Question]:
        for brand, model, year in scope.found.vehicles.values():
            known: dict[str, Json] = {
                "brand_name": brand,
                "model_name": model,
                "productive_year": year,
            }
            if brand:
                yield Question(endpoint, {field: known[field] for field in fields})

    return questions


def _shelly(scope: Scope, endpoint: AnyEndpoint) -> Iterator[Question]:
    if scope.found.shelly_token:
        yield Question(endpoint, {"token": scope.found.shelly_token})


def _serials(scope: Scope, endpoint: AnyEndpoint) -> Iterator[Question]:
    for sn, macs in scope.found.macs.items():
        yield Question(endpoint, {"main_sn": sn, "macs": list(macs)})


def _energy(kind: str, pick: SitePick) -> tuple[Step, ...]:
    """Ask for two days, for today alone, and for its course.

    Some totals are those of all days together, so that only a day alone tells its own.
    """

    def asked(scope: Scope, site: FoundSite) -> bool:
        return _is_power_site(scope, site) and pick(scope, site)

    return (
        each_site("energy_analysis", asked, device_type=kind),
        each_site("energy_analysis", asked, device_type=kind, start_time=TODAY),
        each_site("energy_analysis", asked, device_type=kind, type="day", start_time=TODAY),
    )


def _storage(name: str, kind: str, pick: SitePick) -> tuple[Step, ...]:
    """Ask for the same of systems of the other services."""
    return (
        each_site(name, pick, sourceType=kind),
        each_site(name, pick, sourceType=kind, start=TODAY),
        each_site(name, pick, sourceType=kind, dateType="day", start=TODAY),
    )


def _always(_: Scope, __: FoundSite) -> bool:
    return True


def _year(scope: Scope, endpoint: AnyEndpoint) -> Iterator[Question]:
    for site in scope.found.sites.values():
        if _is_home_site(scope, site):
            more: dict[str, Json] = {"dateType": "year", "start": str(scope.today.year)}
            yield Question(endpoint, _body(endpoint, more, scope, site=site.site_id))


COMMON: tuple[Step, ...] = (
    once("site_list", Stage.SITES),
    once("bind_devices", Stage.DEVICES),
    each_site("scene_info", stage=Stage.DEVICES),
    once("message_unread"),
    once("currency_list"),
    once("site_rules"),
    once("product_categories"),
    once("product_accessories"),
    once("third_platforms"),
    once("dynamic_price_sites"),
    _step("dynamic_price_providers", _providers),
    _step("dynamic_price_details", _prices),
    once("user_vehicles"),
    _step("user_vehicle_details", _vehicles),
    once("vehicle_brands"),
    _step("vehicle_brand_models", _models("brand_name")),
    _step("vehicle_model_years", _models("brand_name", "model_name")),
    _step("vehicle_year_attributes", _models("brand_name", "model_name", "productive_year")),
    once("ocpp_endpoint_list"),
    each_site("co2_ranking"),
    Step(BY_NAME["ota_batch"], _ota, Stage.ALL_DEVICES),
)

_PARAMETERS = (*range(1, 8), 12, 13, 16, 18, 20, 23, *range(26, 32), 33, 34)
_AI_SITES = _of_type(SiteType.SOLARBANK, SiteType.EV_CHARGER)
_BANK, _EV_CHARGER = DeviceType.SOLARBANK, DeviceType.EV_CHARGER
_PPS_KINDS = (DeviceType.PPS, DeviceType.SOLARBANK_PPS)
_INVERTER, _CHARGER = _of(DeviceType.INVERTER), _of(DeviceType.CHARGER)

POWER: tuple[Step, ...] = (
    once("homepage"),
    once("user_devices"),
    once("charging_devices"),
    once("auto_upgrade"),
    once("config"),
    once("token_by_userid"),
    _step("shelly_status", _shelly),
    once("extender_system_pn_ota"),
    once("extender_system_list"),
    each_site("site_detail"),
    each_site("wifi_list"),
    each_site("installation"),
    each_site("power_limit"),
    each_site("site_price"),
    each_site("forecast_schedule", _AI_SITES),
    each_site("ai_ems_status", _AI_SITES),
    *(each_site("site_device_param", param_type=str(number)) for number in _PARAMETERS),
    *_energy("solarbank", _always),
    *_energy("solar_production", _always),
    *_energy("home_usage", _always),
    *_energy("grid", _always),
    *_energy("pps", _with(*_PPS_KINDS)),
    *_energy("ev_charger", _with(_EV_CHARGER)),
    *(
        step
        for number in range(1, 5)
        for step in _energy(f"solar_production_pv{number}", _has_input(number))
    ),
    *_energy("solar_production_microinverter", _has_feature(Feature.MICRO_INVERTER)),
    each_device("solar_info", _of(_BANK)),
    each_device("compatible_process", _of(_BANK)),
    each_device("device_income", _of(_BANK)),
    each_device("power_cutoff"),
    each_device("device_fittings"),
    each_device("device_load"),
    each_device("upgrade_record"),
    each_device("device_attrs"),
    each_device("tamper_records"),
    each_device("device_group"),
    each_device("rfid_cards", _of(_EV_CHARGER)),
    each_device("charge_order_stats", _of(_EV_CHARGER)),
    each_device(
        "charge_order_stats", _of(_EV_CHARGER), date_type="all", start_date="", end_date=""
    ),
    each_device("charge_order_stats_list", _of(_EV_CHARGER)),
    each_device("ocpp_info", _of(_EV_CHARGER)),
    each_device("pv_status", _INVERTER),
    each_device("pv_total_statistics", _INVERTER),
    each_device("pv_price", _INVERTER),
    each_device("pv_statistics", _INVERTER),
    each_device("pv_statistics", _INVERTER, start=TODAY),
    each_device("pv_statistics", _INVERTER, type="day", start=TODAY, end=""),
    each_device("charger_screensavers", _CHARGER),
    each_device("charger_manual_screensavers", _CHARGER),
    each_device("charger_charging_modes", _CHARGER),
    each_device("charger_triggers", _CHARGER),
    each_device("charger_device_setting", _CHARGER),
    each_device("charger_port_remarks", _CHARGER),
    each_device("charger_protocol_status", _CHARGER),
)

CHARGING: tuple[Step, ...] = (
    each_site("charging_error_info", _is_panel_site),
    each_site("charging_system_running_info", _is_panel_site),
    *(
        step
        for kind in ("solar", "hes", "home", "grid", "diesel", "pps")
        for step in _storage("charging_energy", kind, _is_panel_site)
    ),
    each_site("charging_disaster_support_func", _is_panel_site),
    each_site("charging_site_device_disaster", _is_panel_site),
    each_site("charging_site_device_disaster_status", _is_panel_site),
    each_device("charging_monetary_units", _is_panel),
    each_device("charging_configs", _is_panel),
    each_device("charging_utility_rate_plan", _is_panel),
    each_device("charging_device_info", _is_panel),
    _step("charging_sns", _serials),
    each_device("charging_wifi_info", _is_panel_or_station),
    each_device("charging_installation_inspection", _is_panel_or_station),
)

_HOME_KINDS = _of(DeviceType.HES, DeviceType.COMBINER_BOX, DeviceType.GENERATOR)

HES: tuple[Step, ...] = (
    once("hes_product_info"),
    each_site("hes_system_running_info", stage=Stage.DEVICES),
    each_site("hes_monetary_units", _is_home_site),
    *(
        step
        for kind in ("solar", "hes", "home", "grid", "evCharger", "otherLoad")
        for step in _storage("hes_energy", kind, _is_home_site)
    ),
    each_site("hes_system_profit", _is_home_site),
    _step("hes_system_profit", _year),
    each_site("hes_dev_info", _is_home_site, Stage.DEVICES),
    each_site("hes_evcharger_standalone", _is_home_site),
    each_site("hes_system_running_time", _is_home_site),
    each_site("hes_mi_layout", _is_home_site),
    each_site("hes_conn_net_tips", _is_home_site),
    each_site("hes_heat_pump_plan", _is_home_site),
    each_site("hes_electric_plan", _is_home_site),
    each_device("hes_wifi_info", _HOME_KINDS),
    each_device("hes_evcharger_station_info", _of(_EV_CHARGER)),
    each_device("hes_evcharger_station_info", _of(_EV_CHARGER), featuretype=2),
)

STEPS: Mapping[Service | None, tuple[Step, ...]] = {
    None: COMMON,
    Service.POWER: POWER,
    Service.CHARGING: CHARGING,
    Service.HES: HES,
}


def steps_of(chosen: frozenset[Service]) -> tuple[Step, ...]:
    """Return the steps of an export: what all have in common, and the services'."""
    return tuple(
        step
        for service, steps in STEPS.items()
        if service is None or not chosen or service in chosen
        for step in steps
    )
