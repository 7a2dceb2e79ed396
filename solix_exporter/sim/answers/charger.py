"""`mini_power`: the desk charger A2345. Nobody has captured it; shapes are those clients read."""

from solix_exporter.sim.answers.call import NOT_AVAILABLE, Call, RefusedError
from solix_exporter.sim.dialect import Json, hex_text, image
from solix_exporter.sim.products import PRODUCTS, Role

_PORTS = ("C1", "C2", "C3", "C4", "A1", "A2")
_MODE_PORTS = ("C1", "C2", "C3", "C4", "A")
_PROTOCOLS = ("pd", "pps", "ufcs", "scp")
_PORT_FLAGS = ("scp", "ufcs", "pps11v", "pps16v", "pps20v", "pd12v", "huawei", "xiaomi")


def _check(call: Call) -> None:
    _, device = call.device()
    if device.role is not Role.CHARGER:
        raise RefusedError


def charging_modes(call: Call) -> Json:
    """Return the user's charging modes; source: `charging/get_charging_mode_list`."""
    _check(call)
    return {
        "charging_mode_list": [
            {
                "id": 1,
                "number": 1,
                "name": "Laptop first",
                "total_power": 240,
                "max_total_power": 250,
                "auto_exit": False,
                "has_charge_protocol": True,
                "power_settings": [_port_setting(port) for port in _MODE_PORTS],
            }
        ]
    }


def _port_setting(port: str) -> Json:
    is_first = port == "C1"
    flags: dict[str, Json] = dict.fromkeys(_PORT_FLAGS, False)
    return flags | {
        "name": port,
        "power": 140 if is_first else 25,
        "max_power": 140 if is_first else 100,
        "input_power": 0,
        "input_max_power": 0,
    }


def triggers(call: Call) -> Json:
    """Return no triggers; source: `egg/get_easter_egg_trigger_list`."""
    _check(call)
    return {"trigger_list": []}


def day_power(call: Call) -> Json:
    """Return no answer: nobody knows the format of the request; source: `get_day_power_data`."""
    _check(call)
    raise RefusedError(NOT_AVAILABLE)


def device_setting(call: Call) -> Json:
    """Return the switches; source: `setting/get_device_setting`."""
    _check(call)
    return {
        "device_setting": {
            "charging_mode_status": 0,
            "compatibility_status": 0,
            "antiloss_mode_status": 0,
            "temperature_mode_status": 1,
            "charging_device_identity_status": 1,
        }
    }


def screensavers(call: Call) -> Json:
    """Return the stock themes of a model; source: `style/get_clock_screensavers`."""
    product = call.text("product_code")
    if product not in PRODUCTS or PRODUCTS[product].role is not Role.CHARGER:
        raise RefusedError
    themes: list[Json] = [
        {
            "id": str(number),
            "title": f"Theme {number}",
            "image_url": image(f"theme_{number}"),
            "file_crc32": hex_text(number, 8),
            "text_color": "#FFFFFF",
            "bin_url": "",
        }
        for number in (1, 2)
    ]
    return {"category": [{"id": 1, "category_name": "Clock", "list": themes}]}


def manual_screensavers(call: Call) -> Json:
    """Return the user's themes, none; source: `style/get_manual_clock_screensavers`."""
    _check(call)
    return {"list": [], "total": 0}


def port_remarks(call: Call) -> Json:
    """Return the labels of the ports; source: `setting/get_port_remarks`."""
    _check(call)
    remarks = {"C1": "Laptop"}
    return {
        "port_remarks": [{"port_name": port, "remark": remarks.get(port, "")} for port in _PORTS]
    }


def protocol_status(call: Call) -> Json:
    """Return which protocols are on; source: `setting/get_protocol_status`."""
    _check(call)
    protocols: list[Json] = [{"protocol_key": key, "status": True} for key in _PROTOCOLS]
    return {
        "protocol_status": True,
        "modes": [{"mode": mode, "protocols": protocols} for mode in ("ai", "normal")],
    }
