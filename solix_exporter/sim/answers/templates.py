"""Answers without measurements: JSON files next to this module, with placeholders for ids.

Such a file maps paths to rows. All keys of a row are optional:

- `data`: the answer; a row without it always refuses
- `access`: `account` (default), `member` or `owner`
- `method`: the HTTP method, `POST` by default
- `about`: `site` or `device`: the request must name one that the account may see
- `roles`: that device, or a device of that site, has one of these roles
- `only`: the values that fields of the request may have
- `refusal`, `message`: the envelope of a refusal, 10000 by default
- `note`: a comment

In `data`, `{name}` is a value of the request, the site or the device, and
`{"each": name, "item": ...}` is a list with one item per site, device or product.
"""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache, partial
from importlib import resources
from typing import Any, TypeAlias

from solix_exporter.sim.answers.call import REQUEST_FAILED, Call, Permission, RefusedError, Route
from solix_exporter.sim.hardware import PRODUCTS, Role
from solix_exporter.sim.noise import derived
from solix_exporter.sim.wire_format import Json, hex_text, image
from solix_exporter.sim.world import SimDevice, SimSite

Fields: TypeAlias = dict[str, Any]
"""Values by placeholder; for `each` a function that returns the fields of every item."""
Row: TypeAlias = dict[str, Any]

TEMPLATE_FILES = ("account", "sites", "chargers", "home_systems")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_PANEL_ROLES = frozenset({Role.PANEL, Role.PPS})
_HOME_ROLES = frozenset({Role.HES, Role.HES_PART, Role.DOCK})


@cache
def template(name: str) -> Any:  # noqa: ANN401  JSON
    """Return the content of a JSON file of this package."""
    return json.loads(resources.files(__package__).joinpath(f"{name}.json").read_text("utf-8"))


def template_routes() -> dict[str, Route]:
    """Return the routes of all rows."""
    return {
        path: Route(
            partial(_answer, row),
            Permission(row.get("access", "account")),
            row.get("method", "POST"),
        )
        for name in TEMPLATE_FILES
        for path, row in template(name).items()
    }


def fill(content: Any, fields: Mapping[str, Any]) -> Any:  # noqa: ANN401  JSON
    """Return JSON with its placeholders replaced; a text that is just one gets its type too."""
    if isinstance(content, str):
        name = _PLACEHOLDER.fullmatch(content)
        return fields[name[1]] if name else content.format_map(fields)
    if isinstance(content, list):
        return [fill(item, fields) for item in content]
    if not isinstance(content, dict):
        return content
    if "each" in content:
        return [fill(content["item"], item) for item in fields[content["each"]]()]
    return {key: fill(value, fields) for key, value in content.items()}


def _answer(row: Row, call: Call) -> Json:
    fields = _call_fields(call)
    roles: set[str] = set()
    if row.get("about") == "site":
        site = call.site()
        roles = {device.role.value for device in site.devices if device.spec.in_site}
        fields |= _site_fields(site)
        fields["site_now"] = call.now.astimezone(site.spec.plant.place.zone)
        fields["days_since_setup"] = (call.now - site.spec.built).days
    elif row.get("about") == "device":
        site, device = call.device()
        roles = {device.role.value}
        fields |= _site_fields(site) | device_fields(site, device)
    if "data" not in row or not _is_suitable(row, call, roles):
        raise RefusedError(
            row.get("refusal", REQUEST_FAILED), row.get("message", "Failed to request.")
        )
    answer: Json = fill(row["data"], fields)
    return answer


def _is_suitable(row: Row, call: Call, roles: set[str]) -> bool:
    has_role = "roles" not in row or not roles.isdisjoint(row["roles"])
    only: Row = row.get("only", {})
    return has_role and all(call.body.get(name) in values for name, values in only.items())


def _call_fields(call: Call) -> Fields:
    """Return what does not depend on one site or device; lists are made when they are needed."""
    banks = [(site, bank) for site in call.owned for bank in site.of(Role.SOLARBANK)]
    requested = partial(_requested, call)
    return {
        "user_id": call.account.user_id,
        "user_token": hex_text(derived(1, call.account.user_id), 160),
        "page_size": call.body.get("page_size") or 10,
        "has_solarbanks": bool(banks),
        "owned_solarbanks": partial(_device_items, banks),
        "owned_sites": lambda: [_site_fields(site) for site in call.owned if site.is_listed],
        "requested_devices": lambda: _device_items(requested()),
        "requested_panel_devices": lambda: _device_items(
            (site, device) for site, device in requested() if device.role in _PANEL_ROLES
        ),
        "home_products": _home_products,
    }


def _requested(call: Call) -> list[tuple[SimSite, SimDevice]]:
    """Return the devices whose serial numbers are in the request, in its order."""
    sites = call.owned if call.access is Permission.OWNER else (*call.owned, *call.sites)
    known = {device.sn: (site, device) for site in sites for device in site.devices}
    serials = [*call.texts("device_sn_list"), *call.texts("sns")]
    return [known[sn] for sn in serials if sn in known]


def _home_products() -> list[Fields]:
    return [
        {"pn": pn, "product_name": product.name, "image": image(pn)}
        for pn, product in PRODUCTS.items()
        if product.role in _HOME_ROLES
    ]


def _site_fields(site: SimSite) -> Fields:
    return {
        "site_id": site.site_id,
        "site_name": site.spec.name,
        "price": site.spec.price,
        "currency": site.spec.currency,
    }


def _device_items(devices: Iterable[tuple[SimSite, SimDevice]]) -> list[Fields]:
    return [device_fields(site, device) for site, device in devices]


def device_fields(site: SimSite, device: SimDevice) -> Fields:
    """Return the placeholders that describe a device."""
    return {
        "device_sn": device.sn,
        "device_pn": device.spec.pn,
        "device_site_id": site.site_id if device.spec.in_site else "",
        "alias": device.spec.alias,
        "product_name": device.product.name,
        "firmware": device.product.firmware,
        "image": image(device.spec.pn),
        "mac": device.mac,
        "packs": device.spec.packs,
        "create_time": device.created,
    }
