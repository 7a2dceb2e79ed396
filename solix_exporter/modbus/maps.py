"""THE table of registers: which product has what, where, and how sure that is.

Addresses are those on the wire, counted from 0. "Official" is what Anker's own integration reads;
the X1 and the V1 charger stand here after Anker's documents and were not tried on a device.
"""

from solix_exporter.modbus.registers import (
    Block,
    Evidence,
    Field,
    Group,
    Kind,
    ProductMap,
    Register,
    Sign,
    WordOrder,
)

_IN, _HOLD = 4, 3
_U16, _I16, _U32, _I32 = Kind.U16, Kind.I16, Kind.U32, Kind.I32
_DOC, _MEASURED, _DISPUTED = Evidence.DOCUMENT, Evidence.MEASURED, Evidence.DISPUTED
_POSITIVE, _MAGNITUDE = Sign.NOT_NEGATIVE, Sign.MAGNITUDE

_WH = 0.01
"""Gain of a counter in steps of 0.1 kWh, for Wh."""
_STEPS = (0.01, 0.1, 1.0)
"""Gains of counters in steps of 0.1 kWh, 10 Wh and 1 Wh."""


def _text(address: int, words: int, field: Field) -> Register:
    return Register(address, Kind.TEXT, field, words=words)


def _per_phase(  # noqa: PLR0913, PLR0917 - a row of the table
    first: int, kind: Kind, field: Field, gain: float, step: int, sign: Sign = Sign.KEPT
) -> tuple[Register, ...]:
    """Return a row for each of the three phases."""
    return tuple(
        Register(first + step * phase, kind, field, phase + 1, gain, sign) for phase in range(3)
    )


def _strings(count: int) -> tuple[Register, ...]:
    """Return voltage and current of PV strings; the currents go slightly below 0 at night."""
    pairs = (
        (
            Register(
                10167 + 2 * number,
                _U16,
                Field.STRING_VOLTAGE,
                number + 1,
                10,
                evidence=_MEASURED,
                is_probed=True,
            ),
            Register(
                10168 + 2 * number,
                _I16,
                Field.STRING_CURRENT,
                number + 1,
                100,
                _POSITIVE,
                _MEASURED,
                is_probed=True,
            ),
        )
        for number in range(count)
    )
    return tuple(row for pair in pairs for row in pair)


def _probed(address: int, kind: Kind, field: Field, gain: float = 1) -> Register:
    """Return a row that Anker's own integration does not read."""
    return Register(address, kind, field, 0, gain, evidence=_DOC, is_probed=True)


# --- Solarbanks ------------------------------------------------------------------------------

_BANK_LIVE = Block(
    _IN,
    10000,
    51,
    Group.LIVE,
    (
        Register(10001, _U16, Field.BATTERY_STATE),
        Register(10002, _I32, Field.PV_POWER, sign=_POSITIVE),
        Register(10004, _I32, Field.THIRD_PARTY_PV_POWER, sign=_POSITIVE),
        Register(10008, _I32, Field.BATTERY_POWER),
        Register(10010, _I32, Field.HOME_LOAD, sign=_POSITIVE),
        Register(10012, _I32, Field.GRID_POWER),
        Register(10014, _U16, Field.SOC, gain=100),
        _probed(10015, _U16, Field.HEALTH, 100),
        Register(10018, _U32, Field.PV_ENERGY, gain=_WH),
        Register(10026, _U32, Field.HOME_ENERGY, evidence=_DISPUTED, candidates=_STEPS),
        Register(10036, _I32, Field.AC_INPUT_LIMIT),
        Register(10038, _I32, Field.OUTPUT_LIMIT),
    ),
)
_BANK_COUNTERS = Block(
    _IN,
    10208,
    58,
    Group.LIVE,
    (
        # Which way is positive differs between versions of Anker's integration.
        Register(10208, _I32, Field.AC_POWER, evidence=_DISPUTED),
        _probed(10213, _U16, Field.FREQUENCY, 100),
        Register(10250, _U32, Field.CAPACITY, gain=_WH),
        Register(10262, _U32, Field.CHARGE_ENERGY, gain=_WH),
        Register(10264, _U32, Field.DISCHARGE_ENERGY, gain=_WH),
    ),
)
_BANK_SERIAL = _text(10100, 12, Field.SERIAL)
_BANK_FIRMWARE = _text(10112, 6, Field.FIRMWARE)

# The voltage and the current are outside of all official blocks.
_BANK_SLOW = (
    Block(_IN, 10090, 67, Group.SLOW, (_probed(10156, _I16, Field.TEMPERATURE, 10),)),
    Block(_IN, 32768, 7, Group.SLOW, (Register(32774, _U16, Field.MODES_OFFERED),)),
    Block(
        _IN,
        32775,
        1,
        Group.SLOW,
        (Register(32775, _U16, Field.LIMITS_OFFERED),),
        may_be_zero=True,
        # Older firmware answers with an exception.
        is_optional=True,
    ),
    Block(
        _IN,
        10202,
        1,
        Group.SLOW,
        (Register(10202, _U16, Field.GRID_VOLTAGE, 1, 10, evidence=_DOC),),
        is_optional=True,
    ),
    Block(
        _IN,
        10205,
        1,
        Group.SLOW,
        (Register(10205, _I16, Field.GRID_CURRENT, 1, 100, _MAGNITUDE, _DOC),),
        may_be_zero=True,
        is_optional=True,
    ),
)
_BANK_SETTINGS = (
    Block(
        _HOLD,
        10060,
        13,
        Group.SETTINGS,
        (
            Register(10064, _U16, Field.CONTROL_MODE),
            Register(10071, _I32, Field.SETPOINT),
        ),
    ),
    Block(
        _HOLD,
        60000,
        4,
        Group.SETTINGS,
        (
            Register(60000, _U16, Field.CHARGE_LIMIT, gain=100),
            Register(60001, _U16, Field.DISCHARGE_LIMIT, gain=100),
            Register(60002, _U16, Field.BACKUP_RESERVE, gain=100),
            Register(60003, _U16, Field.BACKUP_RESERVE_ON),
        ),
        is_optional=True,
    ),
)
_BANK = (_BANK_LIVE, _BANK_COUNTERS, *_BANK_SETTINGS, *_BANK_SLOW)

# The fourth input is told nowhere.
_STRINGS_OF_AE103 = Block(
    _IN, 10167, 6, Group.LIVE, _strings(3), may_be_zero=True, is_optional=True
)

# --- meter and plug --------------------------------------------------------------------------


def _meter_phases(first: int) -> tuple[Register, ...]:
    """Return voltage, current, power of the phases, and the total."""
    return (
        *_per_phase(first, _U16, Field.METER_VOLTAGE, 10, 1),
        *_per_phase(first + 3, _I16, Field.METER_CURRENT, 100, 1, _MAGNITUDE),
        *_per_phase(first + 6, _I32, Field.METER_PHASE_POWER, 1, 2),
        Register(first + 12, _I32, Field.METER_POWER),
    )


def _meter_energy(first: int) -> tuple[Register, ...]:
    return (
        Register(first, _U32, Field.IMPORT_ENERGY, evidence=_DISPUTED, candidates=_STEPS),
        Register(first + 8, _U32, Field.EXPORT_ENERGY, evidence=_DISPUTED, candidates=_STEPS),
    )


_METER = (
    Block(
        _IN,
        10620,
        27,
        Group.LIVE,
        (Register(10630, _U16, Field.METER_PHASES), *_meter_phases(10632)),
    ),
    Block(
        _IN,
        10650,
        28,
        Group.LIVE,
        (
            *_meter_energy(10656),
            Register(10675, _I32, Field.SECOND_CLAMP_POWER, evidence=_DISPUTED),
        ),
        may_be_zero=True,
    ),
)

_PLUG = (
    Block(
        _IN,
        30000,
        37,
        Group.LIVE,
        (
            Register(30029, _U16, Field.RELAY),
            Register(30030, _U16, Field.PLUG_POWER, gain=10),
            Register(30031, _U16, Field.PLUG_VOLTAGE, gain=10),
            Register(30032, _U16, Field.PLUG_CURRENT, gain=100),
        ),
    ),
)

# --- after the document, not tried -----------------------------------------------------------


def _x1(
    address: int, kind: Kind, field: Field, gain: float = 1, sign: Sign = Sign.KEPT
) -> Register:
    return Register(address, kind, field, 0, gain, sign, _DOC)


def _x1_energy(address: int, field: Field) -> Register:
    """Return a counter whose scale is 10 in the document and 100 where it was measured."""
    return Register(address, _U32, field, evidence=_DISPUTED, candidates=_STEPS)


_X1 = (
    Block(
        _IN,
        10000,
        40,
        Group.LIVE,
        (
            _x1(10001, _U16, Field.BATTERY_STATE),
            _x1(10002, _I32, Field.PV_POWER, sign=_POSITIVE),
            _x1(10004, _I32, Field.THIRD_PARTY_PV_POWER, sign=_POSITIVE),
            _x1(10006, _I32, Field.AC_POWER),
            _x1(10008, _I32, Field.BATTERY_POWER),
            _x1(10010, _I32, Field.HOME_LOAD, sign=_POSITIVE),
            _x1(10012, _I32, Field.GRID_POWER),
            _x1(10014, _U16, Field.SOC, 100),
            _x1(10015, _U16, Field.HEALTH, 100),
            _x1_energy(10018, Field.PV_ENERGY),
            _x1_energy(10026, Field.HOME_ENERGY),
            _x1(10036, _I32, Field.AC_INPUT_LIMIT),
            _x1(10038, _I32, Field.OUTPUT_LIMIT),
        ),
    ),
    Block(
        _IN,
        10156,
        60,
        Group.LIVE,
        (
            _x1(10156, _I16, Field.TEMPERATURE, 10),
            *_strings(8),
            *_per_phase(10202, _U16, Field.GRID_VOLTAGE, 10, 1),
            *_per_phase(10205, _I16, Field.GRID_CURRENT, 100, 1, _MAGNITUDE),
            _x1(10213, _U16, Field.FREQUENCY, 100),
        ),
    ),
    Block(
        _IN,
        10258,
        8,
        Group.LIVE,
        (
            _x1_energy(10262, Field.CHARGE_ENERGY),
            _x1_energy(10264, Field.DISCHARGE_ENERGY),
        ),
        may_be_zero=True,
        is_optional=True,
    ),
    Block(
        _IN,
        10620,
        47,
        Group.LIVE,
        (
            _x1(10631, _U16, Field.METER_FAULT),
            *_meter_phases(10632),
            *_meter_energy(10656),
        ),
        may_be_zero=True,
        is_optional=True,
    ),
    Block(_IN, 10250, 2, Group.SLOW, (_x1(10250, _U32, Field.CAPACITY, _WH),), is_optional=True),
    Block(
        _HOLD,
        10060,
        21,
        Group.SETTINGS,
        (
            _x1(10064, _U16, Field.CONTROL_MODE),
            _x1(10071, _I32, Field.SETPOINT),
        ),
        is_optional=True,
    ),
)

_V1 = (
    Block(
        _IN,
        20000,
        101,
        Group.LIVE,
        (
            *_per_phase(20053, _U16, Field.EV_VOLTAGE, 10, 1),
            *_per_phase(20059, _U16, Field.EV_CURRENT, 100, 1),
            *_per_phase(20062, _U32, Field.EV_PHASE_POWER, 1, 2),
            _x1(20068, _U32, Field.EV_POWER),
            _x1(20082, _U32, Field.EV_SESSION_TIME),
            _x1(20084, _U32, Field.EV_SESSION_ENERGY),
            _x1(20097, _U16, Field.EV_STATE),
        ),
    ),
)

MAPS = (
    ProductMap(("A17E2", "AE111", "AE113"), _BANK, _BANK_SERIAL, _BANK_FIRMWARE),
    ProductMap(
        ("AE103",),
        (_BANK_LIVE, _BANK_COUNTERS, _STRINGS_OF_AE103, *_BANK_SETTINGS, *_BANK_SLOW),
        _BANK_SERIAL,
        _BANK_FIRMWARE,
        most_pv_w=3400,
    ),
    ProductMap(
        ("AE1X0",),
        _METER,
        _text(10702, 10, Field.SERIAL),
        Register(10696, Kind.VERSION, Field.FIRMWARE),
    ),
    ProductMap(("A17X8",), _PLUG, _text(30005, 12, Field.SERIAL), None),
    ProductMap(
        ("A5101", "A5102", "A5103"),
        _X1,
        _BANK_SERIAL,
        _BANK_FIRMWARE,
        WordOrder(is_low_word_first=True, is_low_byte_first=True),
        is_tried=False,
        is_exclusive=True,
    ),
    ProductMap(
        ("A5191",),
        _V1,
        _text(20011, 12, Field.SERIAL),
        _text(20023, 6, Field.FIRMWARE),
        is_tried=False,
    ),
)

BY_PART_NUMBER = {part: row for row in MAPS for part in row.part_numbers}

_SECOND_PLUG = "QNA"
"""In the serial number of the plugs with a local interface; the first ones share the number."""

SOLD_AS = {
    **dict.fromkeys(("DNMS", "DPP4", "DNN3"), "XE AC"),
    **dict.fromkeys(("DNMT", "DPP5", "DNN4"), "XE"),
    **dict.fromkeys(("DMY6", "DN9U", "DPTK"), "Solarbank Max"),
}
"""Names of products that share a part number with others, by the code in their serial number."""


def sold_as(sn: str) -> str:
    """Return the name that the code in a serial number stands for; empty where it adds nothing."""
    return SOLD_AS.get(sn[3:7], "")


def can_be_read_locally(part_number: str, sn: str) -> bool:
    """Return whether a device is one that its owner can switch on and that was tried."""
    row = BY_PART_NUMBER.get(part_number)
    if row is None or not row.is_tried:
        return False
    return part_number != "A17X8" or sn[3:6] == _SECOND_PLUG
