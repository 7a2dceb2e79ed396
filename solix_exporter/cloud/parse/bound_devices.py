"""The devices that an account is related to, stand-alone ones included."""

from solix_exporter.cloud.record import Record
from solix_exporter.errors import UnexpectedPayload
from solix_exporter.model.bound import BoundDevice
from solix_exporter.model.products import DeviceType, Product, product_of

_OWN = frozenset({0, 1})
_WIFI = "wifi"


def parse_bound_devices(record: Record) -> dict[str, BoundDevice]:
    """Return the bound devices by serial number; a member of a site may have none.

    Source: `power_service/v1/app/get_relate_and_bind_devices`, `data[]`.
    Raises UnexpectedPayload when there is no list: an answer without one must not look like an
    account that lost its devices.
    """
    if not record.is_list("data"):
        raise UnexpectedPayload("the answer holds no list of devices", outcome="malformed")
    found: dict[str, BoundDevice] = {}
    for device in (_device(entry) for entry in record.records("data") if entry.has("device_sn")):
        known = found.get(device.sn)
        # Of one that is both own and shared, the own entry tells what may be asked.
        if known is None or (device.is_owned and not known.is_owned):
            found[device.sn] = device
    return found


def _device(entry: Record) -> BoundDevice:
    entry.ignore(
        "bt_ble_id", "bt_ble_mac", "img_url", "link_time", "charge", "bws_surplus",
        "has_manual", "tag_img", "tag_id", "tag_alias", "type_tag", "type_tag_img",
        "type_tag_id", "platform_tag", "platform_logo", "intgr_device",
        "blue_password", "wifi_mac", "group_info", "init_status",
        "link_info", "ocpp_connect_status",
    )  # fmt: skip
    product = product_of(entry.text("product_code"))
    is_owned = entry.integer("ms_device_type") in _OWN
    owner = entry.text("owner_user_id")
    return BoundDevice(
        sn=entry.text("device_sn"),
        product=product,
        name=entry.text("alias_name"),
        product_name=entry.text("device_name").strip(),
        firmware=version_of(entry.text("device_sw_version")),
        is_online=_is_online(entry, product),
        # "0" is what devices send that do not measure it.
        rssi_dbm=entry.number("rssi") or None,
        ssid=entry.text("wifi_name"),
        room=entry.text("tag"),
        clock_rule=entry.text("time_zone"),
        is_owned=is_owned,
        owner_user_id="" if is_owned else owner,
    )


def _is_online(entry: Record, product: Product) -> bool | None:
    """Return whether the device reaches the cloud; the parts of an X1 tell it in a place of theirs.

    Micro inverters have no Wi-Fi and always send "false" for it: their own status knows.
    """
    station = entry.record("hes_data")
    station.ignore("station_id", "type", "master_slave_status", "grid_status", "network_status")
    own, links = station.flag("online_status"), entry.texts("relate_type")
    by_wifi = entry.flag("wifi_online")
    if own is not None:
        return own
    is_inverter = product.device_type is DeviceType.INVERTER
    return None if is_inverter and _WIFI not in links else by_wifi


def version_of(text: str) -> str:
    """Return a firmware version without its leading "v" or "V"."""
    text = text.strip()
    return text[1:] if text[:1] in ("v", "V") else text
