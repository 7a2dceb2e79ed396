"""What an export asks, and about what. Reference 06, 2.4.

Most of it follows from the rows of endpoints: one with a capture is asked, about each device, site
or vehicle that its body has a placeholder for, where the account may ask. The tables here hold what
does not follow: conditions, further bodies, and what is asked about other answers.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum

from solix_exporter.cloud.endpoints import GENERAL
from solix_exporter.cloud.endpoints.endpoint import (
    DEVICE,
    SITE,
    TODAY,
    VEHICLE,
    YESTERDAY,
    AnyEndpoint,
    Asker,
    Json,
)
from solix_exporter.export.scope import (
    DeviceCondition,
    Scope,
    Service,
    SiteCondition,
    has_feature,
    has_input,
    has_kind,
    is_home_site,
    is_panel,
    is_panel_or_power_station,
    is_panel_site,
    is_power_site,
    of_kind,
    of_type,
)
from solix_exporter.model.products import DeviceType, Feature
from solix_exporter.model.site import SiteType


class Stage(IntEnum):
    """What has to be known before something can be asked."""

    SITES = 0
    """Nothing."""
    DEVICES = 1
    """The sites."""
    SETTINGS = 2
    """The devices."""
    ALL_DEVICES = 3
    """Every device, including those that the answer about another one names."""


@dataclass(frozen=True, slots=True)
class Question:
    """One request of an export."""

    endpoint: AnyEndpoint
    body: Mapping[str, Json]
    is_permitted: bool = True
    """False if only the owner may ask and the account is not the owner."""
    name_fields: Mapping[str, Json] | None = None
    """Fields that are in the name of the file and not in the body."""


Questions = Callable[[Scope, AnyEndpoint], Iterable[Question]]


@dataclass(frozen=True, slots=True)
class Step:
    """An endpoint, and what is asked of it."""

    endpoint: AnyEndpoint
    questions: Questions
    stage: Stage
    """Everything of the stages before is asked first."""


@dataclass(frozen=True, slots=True)
class _Body:
    """A body that differs from the endpoint's example, and the sites that it is sent for."""

    fields: Mapping[str, Json] = field(default_factory=dict)
    only: SiteCondition | None = None


_is_bank = of_kind(DeviceType.SOLARBANK)
_is_ev_charger = of_kind(DeviceType.EV_CHARGER)
_is_charger = of_kind(DeviceType.CHARGER)
_has_ai = of_type(SiteType.SOLARBANK, SiteType.EV_CHARGER)

_SITES_OF_SERVICE: Mapping[str, SiteCondition] = {
    "charging_energy_service": is_panel_site,
    "charging_disaster_prepared": is_panel_site,
    "charging_hes_svc": is_home_site,
}
"""The sites that a service is asked about, by the first part of the path; others: all sites."""

_DEVICES_OF_SERVICE: Mapping[str, DeviceCondition] = {
    "charging_pv_svc": of_kind(DeviceType.INVERTER),
    "mini_power": _is_charger,
    "charging_energy_service": is_panel,
    "charging_hes_svc": of_kind(DeviceType.HES, DeviceType.COMBINER_BOX, DeviceType.GENERATOR),
}
"""The same of devices."""

_SITES: Mapping[str, SiteCondition] = {
    "forecast_schedule": _has_ai,
    "ai_ems_status": _has_ai,
    "energy_analysis": is_power_site,
    # The answer says whether it is an X1.
    "hes_system_running_info": lambda _, __: True,
}
"""The sites that an endpoint is asked about, where the service does not decide."""

_DEVICES: Mapping[str, DeviceCondition] = {
    "solar_info": _is_bank,
    "compatible_process": _is_bank,
    "device_income": _is_bank,
    "charger_screensavers": _is_charger,
    "rfid_cards": _is_ev_charger,
    "charge_order_stats": _is_ev_charger,
    "charge_order_stats_list": _is_ev_charger,
    "ocpp_info": _is_ev_charger,
    "charging_wifi_info": is_panel_or_power_station,
    "charging_installation_inspection": is_panel_or_power_station,
    "hes_evcharger_station_info": _is_ev_charger,
}
"""The same of devices."""

# --- bodies --------------------------------------------------------------------------------

_YEAR = "<year>"


def _analyses(kind: str, only: SiteCondition | None = None) -> tuple[_Body, ...]:
    """Return bodies for two days, for today alone, and for its course.

    Some totals are those of all days together, so that only a day alone has its own.
    """
    return (
        _Body({"device_type": kind}, only),
        _Body({"device_type": kind, "start_time": TODAY}, only),
        _Body({"device_type": kind, "type": "day", "start_time": TODAY}, only),
    )


def _statistics(*kinds: str) -> tuple[_Body, ...]:
    """Return the same for systems of the other services."""
    return tuple(
        _Body({"sourceType": kind, **fields})
        for kind in kinds
        for fields in ({}, {"start": TODAY}, {"dateType": "day", "start": TODAY})
    )


_BODIES: Mapping[str, tuple[_Body, ...]] = {
    "site_device_param": tuple(
        _Body({"param_type": str(number)})
        for number in (*range(1, 8), 12, 13, 16, 18, 20, 23, *range(26, 32), 33, 34)
    ),
    "energy_analysis": (
        *_analyses("solarbank"),
        *_analyses("solar_production"),
        *_analyses("home_usage"),
        *_analyses("grid"),
        *_analyses("pps", has_kind(DeviceType.PPS, DeviceType.SOLARBANK_PPS)),
        *_analyses("ev_charger", has_kind(DeviceType.EV_CHARGER)),
        *(
            body
            for number in range(1, 5)
            for body in _analyses(f"solar_production_pv{number}", has_input(number))
        ),
        *_analyses("solar_production_microinverter", has_feature(Feature.MICRO_INVERTER)),
    ),
    "charge_order_stats": (
        _Body(),
        _Body({"date_type": "all", "start_date": "", "end_date": ""}),
    ),
    "pv_statistics": (
        _Body(),
        _Body({"start": TODAY}),
        _Body({"type": "day", "start": TODAY, "end": ""}),
    ),
    "charging_energy": _statistics("solar", "hes", "home", "grid", "diesel", "pps"),
    "hes_energy": _statistics("solar", "hes", "home", "grid", "evCharger", "otherLoad"),
    "hes_system_profit": (_Body(), _Body({"dateType": "year", "start": _YEAR})),
    "hes_evcharger_station_info": (_Body(), _Body({"featuretype": 2})),
}
"""The bodies of endpoints that are asked more than the example."""


def _filled(template: Json, values: Mapping[str, str]) -> Json:
    """Return a body with its placeholders replaced."""
    if isinstance(template, str):
        return values.get(template, template)
    if isinstance(template, list):
        return [_filled(item, values) for item in template]
    if isinstance(template, dict):
        return {key: _filled(item, values) for key, item in template.items()}
    return template


# --- what follows from the row -------------------------------------------------------------


def _from_row(scope: Scope, endpoint: AnyEndpoint) -> Iterator[Question]:
    """Give the questions that the body asks for, and the conditions allow."""
    for variant in _BODIES.get(endpoint.name, (_Body(),)):
        template: dict[str, Json] = {**endpoint.body, **variant.fields}
        for values, is_owned in _subjects(scope, endpoint, variant.only):
            body = {key: _filled(value, _days(scope) | values) for key, value in template.items()}
            yield Question(endpoint, body, is_owned or endpoint.asker is not Asker.OWNER)


def _subjects(
    scope: Scope, endpoint: AnyEndpoint, only: SiteCondition | None
) -> Iterator[tuple[dict[str, str], bool]]:
    """Give what an endpoint is asked about, by placeholder, and whether the account owns it.

    A body without placeholders is asked if any site or device meets the condition of its service.
    """
    service, placeholders = endpoint.path.partition("/")[0], str(endpoint.body)
    site_condition = _SITES.get(endpoint.name, _SITES_OF_SERVICE.get(service))
    device_condition = _DEVICES.get(endpoint.name, _DEVICES_OF_SERVICE.get(service))
    if VEHICLE in placeholders:
        yield from (({VEHICLE: vehicle_id}, True) for vehicle_id in scope.found.vehicles)
    elif DEVICE in placeholders or endpoint.name in _DEVICES:
        for device in scope.found.devices.values():
            if device_condition is None or device_condition(scope, device):
                yield {DEVICE: device.sn, SITE: device.site_id}, device.is_owned
    elif SITE in placeholders or site_condition:
        for site in scope.found.sites.values():
            conditions = (one for one in (site_condition, only) if one)
            if all(condition(scope, site) for condition in conditions):
                yield {SITE: site.site_id}, site.is_owned
    else:
        yield {}, True


def _days(scope: Scope) -> dict[str, str]:
    return {
        TODAY: scope.today.isoformat(),
        YESTERDAY: (scope.today - timedelta(days=1)).isoformat(),
        _YEAR: str(scope.today.year),
    }


# --- what does not follow from the row -------------------------------------------------------


def _once(_: Scope, endpoint: AnyEndpoint) -> Iterator[Question]:
    yield Question(endpoint, endpoint.body)


def _updates(scope: Scope, endpoint: AnyEndpoint) -> Iterator[Question]:
    devices: list[Json] = [{"device_sn": sn, "version": ""} for sn in scope.found.devices]
    if devices:
        yield Question(endpoint, {"device_list": devices})


_PRICED_MODELS = frozenset({"A17C5", "A5101", "A5102", "A5103", "AE103", "A17E2"})
_MOST_OFFERS = 3
"""How many providers are asked that no site uses; the cloud knows dozens."""


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


def _vehicle_models(scope: Scope, endpoint: AnyEndpoint) -> Iterator[Question]:
    for brand, model, year in scope.found.vehicles.values():
        known: dict[str, Json] = {
            "brand_name": brand,
            "model_name": model,
            "productive_year": year,
        }
        if brand:
            yield Question(endpoint, {key: known[key] for key in endpoint.body})


def _shelly(scope: Scope, endpoint: AnyEndpoint) -> Iterator[Question]:
    if scope.found.shelly_token:
        yield Question(endpoint, {"token": scope.found.shelly_token})


def _serials(scope: Scope, endpoint: AnyEndpoint) -> Iterator[Question]:
    for sn, macs in scope.found.macs.items():
        yield Question(endpoint, {"main_sn": sn, "macs": list(macs)})


_SPECIAL: Mapping[str, Questions] = {
    "ota_batch": _updates,
    "dynamic_price_providers": _providers,
    "dynamic_price_details": _prices,
    "vehicle_brand_models": _vehicle_models,
    "vehicle_model_years": _vehicle_models,
    "vehicle_year_attributes": _vehicle_models,
    "shelly_status": _shelly,
    "charging_sns": _serials,
    # The only question of its service that depends on no system.
    "hes_product_info": _once,
}

# --- the steps -----------------------------------------------------------------------------

_STAGES: Mapping[str, Stage] = {
    "site_list": Stage.SITES,
    "bind_devices": Stage.DEVICES,
    "scene_info": Stage.DEVICES,
    "hes_system_running_info": Stage.DEVICES,
    "hes_dev_info": Stage.DEVICES,
    "ota_batch": Stage.ALL_DEVICES,
}

_SERVICES: Mapping[str, Service] = {
    "charging_energy_service": Service.CHARGING,
    "charging_disaster_prepared": Service.CHARGING,
    "charging_hes_svc": Service.HES,
}
"""By the first part of the path; all others belong to `POWER`."""

_ALWAYS = frozenset(
    {
        "site_list",
        "bind_devices",
        "scene_info",
        "message_unread",
        "currency_list",
        "site_rules",
        "product_categories",
        "product_accessories",
        "third_platforms",
        "dynamic_price_sites",
        "dynamic_price_providers",
        "dynamic_price_details",
        "user_vehicles",
        "user_vehicle_details",
        "vehicle_brands",
        "vehicle_brand_models",
        "vehicle_model_years",
        "vehicle_year_attributes",
        "ocpp_endpoint_list",
        "co2_ranking",
        "ota_batch",
    }
)
"""What is asked whatever services are chosen."""

_LEFT_OUT = frozenset(
    {
        "site_detail_by_sn",  # the same as site_detail
        "check_upgrade_record",  # the same as upgrade_record
        "hes_install_info",  # the postal address
    }
)


def steps_of(chosen: frozenset[Service]) -> tuple[Step, ...]:
    """Return the steps of an export: those for every system, and those of the services."""
    return tuple(
        Step(
            endpoint,
            _SPECIAL.get(endpoint.name, _from_row),
            _STAGES.get(endpoint.name, Stage.SETTINGS),
        )
        for endpoint in GENERAL
        if _is_exported(endpoint, chosen)
    )


def _is_exported(endpoint: AnyEndpoint, chosen: frozenset[Service]) -> bool:
    is_known = bool(endpoint.all_captures) and endpoint.asker is not Asker.UNKNOWN
    if not is_known or endpoint.name in _LEFT_OUT:
        return False
    service = _SERVICES.get(endpoint.path.partition("/")[0], Service.POWER)
    return endpoint.name in _ALWAYS or not chosen or service in chosen
