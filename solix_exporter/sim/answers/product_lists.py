"""Lists of all products, and of what a site may contain."""

import json

from solix_exporter.sim.answers.call import Call
from solix_exporter.sim.hardware import PRODUCTS, SITE_RULES, Role, SiteRule
from solix_exporter.sim.wire_format import Json, image

_PLATFORMS = (
    ("Portable Power Station", (Role.PPS,)),
    ("Balcony Solar Power System", (Role.SOLARBANK, Role.INVERTER, Role.METER, Role.PLUG)),
    ("Residential Storage System", (Role.HES, Role.HES_PART, Role.PANEL, Role.DOCK)),
    ("Charging", (Role.CHARGER, Role.EV_CHARGER)),
)
_EV_FEATURES = {
    "phase": "three",
    "gunType": "cable",
    "standard": "eu",
    "ratedPower": 22,
    "ratedCurrent": 32,
    "delay_start": False,
    "tamper_proof": False,
    "certification": ["CE", "RoHS", "REACH"],
    "permanent_lock_gun": False,
    "second_charging_power": False,
}
_PRODUCT_FIELDS = {
    "is_share": True,
    "is_site_device": True,
    "need_auth": False,
    "pn_in_site_type": ["main"],
}
_GROUPED = frozenset({14, 16})
"""Site types that are groups of one kind of device."""


def product_categories(_: Call) -> Json:
    """Return all products by platform; source: `product_categories`, a GET."""
    return [
        {
            "name": name,
            "img_url": image(name.replace(" ", "")),
            "index": index,
            "products": [
                _product(pn, place)
                for place, (pn, product) in enumerate(PRODUCTS.items())
                if product.role in roles
            ],
        }
        for index, (name, roles) in enumerate(_PLATFORMS, start=1)
    ]


def _product(pn: str, place: int) -> Json:
    return _entry(pn, PRODUCTS[pn].name, place) | {
        "custom_fields": json.dumps(_PRODUCT_FIELDS),
        "p_codes": [_ev_code()] if PRODUCTS[pn].role is Role.EV_CHARGER else [],
    }


def _entry(pn: str, name: str, place: int) -> dict[str, Json]:
    return {
        "name": name,
        "img_url": image(pn),
        "index": place,
        "product_code": pn,
        "custom_fields": "",
        "net_img_url": "",
        "net_guideline": "Press the button until the light flashes.",
        "p_codes": None,
        "conn_confirm_model": 0,
        "conn_confirm_img": "",
        "conn_confirm_tips": "",
        "ble_img_url": "",
    }


def _ev_code() -> Json:
    return {
        "p_code": "DJRA",
        "sku": "A5191GZ3",
        "name": "",
        "img_url": image("A5191"),
        "custom_fields": json.dumps(_EV_FEATURES),
        "sku_type": 1,
    }


def site_rules(_: Call) -> Json:
    """Return the products allowed per type of site; source: `site/get_site_rules`."""
    return {"rule_list": [_rule(number, rule) for number, rule in SITE_RULES.items()]}


def _rule(number: int, rule: SiteRule) -> Json:
    can_be_empty = number not in {1, 2}
    return {
        "power_site_type": number,
        "main_device_models": list(rule.main),
        "device_models": list(rule.allowed),
        "can_empty_site": can_be_empty,
        "quantity_min_limit_map": None if can_be_empty else dict.fromkeys(rule.main, 1),
        "quantity_max_limit_map": dict(zip(rule.allowed, rule.most, strict=True)),
        "is_group": number in _GROUPED,
    }
