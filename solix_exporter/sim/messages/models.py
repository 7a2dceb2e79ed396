"""THE table of what each model sends over MQTT, how often, and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass, field

from solix_exporter.sim.messages import accessories, power_stations, solarbanks
from solix_exporter.sim.messages.conditions import Moment
from solix_exporter.sim.messages.layout import Readings

TRIGGER, CHARGER_TRIGGER = 0x0057, 0x020B
STATUS, CHARGER_STATUS, EXTENDED_STATUS = 0x0040, 0x0200, 0x0100


@dataclass(frozen=True, slots=True)
class Message:
    """One kind of message of a model."""

    kind: int
    suffix: str
    """The last level of the topic."""
    layout: str
    triggered_s: tuple[float, ...] = ()
    """The gaps while a trigger runs, repeated; none if a trigger does not bring it."""
    every_s: float = 0.0
    """The gap without any request; 0 if it does not come unasked."""
    answers: frozenset[int] = frozenset()
    """The requests that bring it once."""


@dataclass(frozen=True, slots=True)
class Model:
    """What a model sends."""

    readings: Callable[[Moment], Readings]
    messages: tuple[Message, ...]
    trigger: int = TRIGGER
    fixed_trigger_s: float = 0.0
    """How long a trigger lasts where it does not tell it."""
    has_acknowledgement: bool = True
    """Whether a trigger is answered with an empty reply."""
    has_version: bool = False
    """Whether a trigger brings the versions, too."""
    needs_pack: frozenset[int] = field(default=frozenset())
    """Messages that only a device with expansion packs sends."""


_ASKED = frozenset({STATUS})
_THIRD = (
    Message(0x0405, "param_info", solarbanks.THIRD_0405, (3.0,), answers=_ASKED),
    Message(0x0408, "state_info", solarbanks.THIRD_0408, every_s=300.0),
    Message(0x040A, "param_info", solarbanks.PACKS_040A, (5.0,)),
    Message(0x0407, "state_info", solarbanks.WIFI_0407, every_s=3600.0),
)
_SECOND = (
    Message(0x0405, "param_info", solarbanks.SECOND_0405, (3.0,), answers=_ASKED),
    Message(0x0408, "state_info", solarbanks.SECOND_0408, every_s=300.0),
    Message(0x040A, "param_info", solarbanks.PACKS_040A, (5.0,)),
    Message(0x0407, "state_info", solarbanks.WIFI_0407, every_s=3600.0),
)
_PACKS = frozenset({0x040A})

MODELS: dict[str, Model] = {
    "A1761": Model(
        power_stations.power_station,
        (Message(0x0405, "param_info", power_stations.C1000X_0405, (3.0, 3.0, 4.0), 0.0, _ASKED),),
        has_acknowledgement=False,
        has_version=True,
    ),
    "A1763": Model(
        power_stations.power_station,
        (
            Message(0x0421, "param_info", power_stations.C1000_GEN2_0421, (2.0, 2.0, 4.0)),
            Message(
                0x0900,
                "param_info",
                power_stations.C1000_GEN2_0421,
                answers=frozenset({EXTENDED_STATUS}),
            ),
        ),
        has_version=True,
    ),
    "A1790": Model(
        power_stations.power_station,
        (
            Message(0x0405, "param_info", power_stations.F3800_0405, (3.0, 5.0)),
            Message(0x040A, "param_info", power_stations.F3800_040A, (5.0,)),
            Message(0x0840, "param_info", power_stations.F3800_0405, answers=_ASKED),
        ),
        needs_pack=_PACKS,
    ),
    "A17C0": Model(
        solarbanks.solarbank,
        (
            # The cloud repeats the trigger for it: bursts, and pauses of up to 25 s between them.
            Message(
                0x0405,
                "param_info",
                solarbanks.FIRST_0405,
                (1.0, 1.0, 6.0, 1.0, 17.0, 1.0, 1.0, 25.0),
                answers=_ASKED,
            ),
            Message(0x0408, "state_info", solarbanks.FIRST_0408, every_s=60.0),
            Message(0x0407, "state_info", solarbanks.WIFI_0407, every_s=3600.0),
        ),
    ),
    "A17C1": Model(solarbanks.solarbank, _SECOND, needs_pack=_PACKS),
    "A17C2": Model(solarbanks.solarbank, _THIRD, needs_pack=_PACKS),
    "A17C3": Model(solarbanks.solarbank, _SECOND, needs_pack=_PACKS),
    "A17C5": Model(solarbanks.solarbank, _THIRD, needs_pack=_PACKS),
    "A17X7": Model(
        accessories.meter, (Message(0x0405, "param_info", accessories.METER_0405, (5.0,)),)
    ),
    "SHEMP3": Model(
        accessories.meter,
        (Message(0x0405, "param_info", accessories.SHELLY_0405, (5.0,)),),
        has_acknowledgement=False,
    ),
    "A17X8": Model(
        accessories.plug,
        (Message(0x0405, "param_info", accessories.PLUG_0405, (5.0,), answers=_ASKED),),
    ),
    "A5191": Model(
        accessories.wall_box,
        (
            Message(0x0410, "param_info", accessories.WALL_BOX_0410, (4.0,)),
            Message(0x0405, "param_info", accessories.WALL_BOX_0405, (60.0,)),
            Message(0x0840, "param_info", accessories.WALL_BOX_0405, answers=_ASKED),
            Message(0x0400, "state_info", accessories.WALL_BOX_0400, every_s=300.0),
        ),
    ),
    "A2345": Model(
        accessories.charger,
        (
            Message(0x0303, "state_info", accessories.CHARGER_0303, (1.0,)),
            Message(
                0x0A00,
                "param_info",
                accessories.CHARGER_0A00,
                answers=frozenset({CHARGER_STATUS}),
            ),
        ),
        trigger=CHARGER_TRIGGER,
        fixed_trigger_s=10.0,
        has_acknowledgement=False,
    ),
}
"""By part number; other models send nothing."""
