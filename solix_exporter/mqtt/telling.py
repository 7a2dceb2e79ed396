"""What an owner is told: how the connection is, what a device gives, and what would give more."""

from dataclasses import dataclass

from solix_exporter.mqtt.asking import ASKING, Mode
from solix_exporter.mqtt.events import ConnectionState
from solix_exporter.mqtt.field_table import model_row

_MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence, and what to do about it; the latter is empty where there is nothing to do."""

    state: str
    todo: str = ""


_TROUBLES = {
    ConnectionState.OFF: Told("There is no device whose messages could be listened to."),
    ConnectionState.NO_BROKER: Told("The cloud names no message broker for this account."),
    ConnectionState.CONNECTING: Told(
        "The message broker is not connected yet.", "A firewall has to let port 8883 out."
    ),
    ConnectionState.CERTIFICATE_EXPIRED: Told(
        "The account's certificate for the message broker has ended.",
        "A new one is asked for every day; restart the exporter to ask now.",
    ),
    ConnectionState.TAKEN_OVER: Told(
        "Another client takes the connection to the message broker over.",
        "Another id is tried by itself. Stop the other program if it goes on.",
    ),
    ConnectionState.REFUSED: Told(
        "The message broker lets this account listen to none of its devices.",
        "Use the account of the owner, or wait: it is tried again every hour, and with a new"
        " certificate every day.",
    ),
    ConnectionState.MUTE: Told(
        "The message broker accepts everything, but nothing comes.",
        "The connection is made anew by itself. Look whether the app shows the devices.",
    ),
}


def tell_connection(state: ConnectionState, problem: str, granted: int, refused: int) -> Told:
    """Return how an account stands with the broker."""
    if state is not ConnectionState.CONNECTED:
        told = _TROUBLES[state]
        detail = f" ({problem})" if problem and state is ConnectionState.CONNECTING else ""
        return Told(told.state.rstrip(".") + detail + ".", told.todo)
    text = f"Listens to the messages of {granted} device{'' if granted == 1 else 's'}"
    if refused:
        return Told(
            f"{text}; {refused} more may not be listened to with this account.",
            "Use the account of their owner.",
        )
    return Told(f"{text}.")


def tell_device(part_number: str, mode: Mode, refresh_s: float) -> str:
    """Return what a device's messages give in its mode."""
    row = model_row(part_number)
    if row is None:
        return "its messages cannot be read"
    if mode is Mode.OFF:
        return "its messages are not listened to"
    if mode is Mode.REALTIME:
        return "all values every few seconds, while somebody looks"
    if mode is Mode.REFRESH:
        return f"all values every {_spelled(refresh_s)}, while somebody looks"
    gaps_s = [message.every_s for message in row.messages.values() if message.every_s]
    if gaps_s:
        return f"a part of its values every {_spelled(min(gaps_s))}, all while an app shows it"
    return "values only while an app shows it"


def tell_more(sn: str, part_number: str, mode: Mode) -> str:
    """Return the line of the configuration that would give more, with its cost; "" if none would.

    It is for the section `devices` of the file.
    """
    if model_row(part_number) is None or mode in ASKING:
        return ""
    if mode is Mode.OFF:
        return f"`{sn}: {{mqtt: listen}}` gives some and sends the device nothing."
    return (
        f"`{sn}: {{mqtt: refresh}}` gives all every minute and keeps a battery awake for a while"
        f" each time; `{sn}: {{mqtt: realtime}}` gives all every few seconds, at 0.9 MB per hour,"
        " and a battery never sleeps."
    )


def _spelled(seconds: float) -> str:
    if seconds < 2 * _MINUTE_S:
        return f"{seconds:g} s" if seconds != _MINUTE_S else "minute"
    return f"{seconds / _MINUTE_S:g} minutes"
