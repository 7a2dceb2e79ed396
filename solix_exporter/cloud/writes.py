"""What the client refuses to ask because it would, or might, change something.

The known ones are listed with what they do; of a path that nobody has seen yet, its verb decides.
"""

import re

_P = "power_service/v1"
_SITE = f"{_P}/site"
_APP = f"{_P}/app"
_VEHICLE = f"{_APP}/vehicle"
_MINI = "mini_power/v1/app"
_PANEL = "charging_energy_service"
_HES = "charging_hes_svc"
_THIRD_PARTY = "charging_hes_third_party_service_svc"

WRITES: dict[str, str] = {
    f"{_SITE}/set_site_device_param": "sets schedules, tariffs, limits and stations",
    f"{_SITE}/update_site_price": "changes prices",
    f"{_SITE}/shift_power_site_type": "changes the type of a system",
    f"{_SITE}/local_net": "may change how devices talk to each other",
    f"{_APP}/set_auto_upgrade": "switches automatic updates",
    f"{_APP}/device/set_device_home_load": "sets a schedule",
    f"{_APP}/compatible/set_power_cutoff": "sets the minimum state of charge",
    f"{_APP}/device/set_device_attrs": "sets limits and switches of a device",
    f"{_APP}/compatible/set_installation": "sets how a system is installed",
    f"{_APP}/compatible/get_ota_update": "may confirm an update, in spite of its name",
    f"{_APP}/compatible/confirm_permissions_settings": "confirms permissions",
    f"{_APP}/compatible/installation_popup": "confirms a message of the app",
    f"{_VEHICLE}/add_vehicle": "adds a vehicle",
    f"{_VEHICLE}/update_vehicle": "changes a vehicle",
    f"{_VEHICLE}/delete_vehicle": "deletes a vehicle",
    f"{_VEHICLE}/set_charging_vehicle": "assigns a charging order",
    f"{_VEHICLE}/set_default": "changes the default vehicle",
    f"{_APP}/share_site/anonymous_join_site": "joins a system",
    f"{_APP}/share_site/join_site": "joins a system",
    f"{_APP}/share_site/invite_member": "invites a member",
    f"{_APP}/after_sale/mark_sn": "marks a device",
    f"{_APP}/order/export_charge_order": "makes an export of charging orders",
    f"{_APP}/report_tlv_event": "reports an event",
    f"{_APP}/shelly_ctrl_device": "controls a device",
    f"{_P}/message_not_disturb": "switches messages off",
    f"{_P}/read_message": "marks messages as read",
    "charging_pv_svc/updateUserTieredElecPrice": "changes an inverter's price",
    "charging_pv_svc/set_aps_power": "sets an inverter's limit, which wears its memory",
    f"{_MINI}/setting/set_port_remark": "changes the label of a port",
    f"{_PANEL}/preprocess_utility_rate_plan": "prepares a tariff",
    f"{_PANEL}/ack_utility_rate_plan": "commits a tariff",
    f"{_PANEL}/report_device_data": "makes devices start or stop reporting",
    f"{_PANEL}/restart_peak_session": "restarts a tariff",
    f"{_PANEL}/adjust_station_price_unit": "changes the currency of prices",
    "charging_disaster_prepared/set_site_device_disaster": "switches the backup mode",
    "charging_disaster_prepared/clear": "clears the backup mode",
    "charging_disaster_prepared/quit_disaster_prepare": "ends the backup mode",
    f"{_HES}/report_device_data": "makes devices start or stop reporting",
    f"{_HES}/check_device_bluetooth_password": "tries a password on a device",
    f"{_HES}/device_command": "commands a device",
    f"{_HES}/device_self_check": "makes a device check itself",
    f"{_HES}/ota": "starts an update",
    f"{_HES}/start": "starts a system",
    f"{_THIRD_PARTY}/set_modbus_setting": "switches the local interface of a device",
    "app/news/popup_record": "confirms a message of the app",
    "passport/login": "is the login, which the client does by itself",
    "openapi/oauth/key/exchange": "exchanges keys",
}
"""Path -> what a request does. Reference 01, 6.6 and 6.10."""

_READING = frozenset({"get", "list", "query", "select", "check", "find", "search", "can", "is"})
_WRITING = frozenset(
    {
        *(
            "set",
            "update",
            "up",
            "add",
            "create",
            "insert",
            "save",
            "store",
            "write",
            "put",
            "mark",
        ),
        *("delete", "del", "remove", "clear", "reset", "replace", "change", "modify", "edit"),
        *("rename", "move", "shift", "switch", "enable", "disable", "start", "stop", "restart"),
        *("quit", "cancel", "abort", "pause", "resume", "sync", "upload", "report", "push", "send"),
        *("resend", "invite", "join", "leave", "share", "relate", "unrelate", "un", "unbind"),
        *("bind", "confirm", "accept", "ignore", "ack", "preprocess", "commit", "deal", "apply"),
        *("adjust", "ctrl", "control", "command", "execute", "run", "trigger", "upgrade", "ota"),
        *("install", "register", "login", "logout", "forget", "validate", "destroy", "freeze"),
        *("phone", "external", "record", "batch", "exchange", "transfer", "pay", "buy", "force"),
    }
)
_PATH = re.compile(r"\w+(?:[/-]\w+)*", re.ASCII)
"""No escape, query or dot segment: what is asked in the end would be another path."""
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def why_refused(path: str) -> str | None:
    """Return what a request to a path would do, None where it seems only to read."""
    known = WRITES.get(path)
    if known is not None:
        return f"it {known}"
    if not _PATH.fullmatch(path):
        return "it is not written as an endpoint is, with letters, digits, _, - and / alone"
    words = [word.lower() for word in _WORDS.findall(path.rpartition("/")[2])]
    if not words:
        return "it is no endpoint"
    if words[0] in _READING:
        return None
    verb = next((word for word in words if word in _WRITING), None)
    return f'its name says "{verb}", which sounds like a change' if verb else None
