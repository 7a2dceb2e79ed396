"""What devices report by themselves, kept by serial number, source and kind."""

from datetime import timedelta

from solix_exporter.cache.reports import Reports
from solix_exporter.model.device import DeviceReadings
from solix_exporter.model.report import DeviceReport, Source
from tests.moments import START, at

BANK = "BANK1"


def report(
    seconds: float,
    temperature_c: float = 20.0,
    *,
    sequence: int | None = None,
    kind: str = "0405",
    source: Source = Source.MQTT,
    firmware: str = "",
) -> DeviceReport:
    return DeviceReport(
        sn=BANK,
        source=source,
        kind=kind,
        part_number="A17C1",
        measured_at=START + timedelta(seconds=seconds),
        valid_s=60,
        readings=DeviceReadings(temperature_c=temperature_c),
        firmware=firmware,
        sequence=sequence,
    )


def temperatures(reports: Reports, now_s: float) -> list[float | None]:
    return [one.readings.temperature_c for one in reports.live(BANK, at(now_s))]


def test_a_report_replaces_the_one_of_its_kind_and_lives_from_its_measurement_on() -> None:
    reports = Reports()
    reports.replace(report(0, 20), at(10))
    reports.replace(report(5, 30, kind="0408"), at(10))
    assert temperatures(reports, 20) == [30, 20]
    reports.replace(report(20, 21), at(20))
    assert temperatures(reports, 30) == [21, 30]
    assert temperatures(reports, 64) == [21, 30]
    assert temperatures(reports, 65) == [21]
    assert reports.valid_until(BANK, at(65)) == at(80)
    assert temperatures(reports, 80) == []


def test_a_clock_that_is_ahead_makes_no_report_live_longer() -> None:
    reports = Reports()
    reports.replace(report(500), at(0))
    assert temperatures(reports, 59) == [20]
    assert temperatures(reports, 60) == []


def test_either_clock_ends_a_report() -> None:
    reports = Reports()
    reports.replace(report(0), at(0))
    suspended = at(30)
    assert temperatures(reports, 30) == [20]
    later = type(suspended)(suspended.wall_s + 3600, suspended.monotonic_s)
    assert reports.live(BANK, later) == []
    set_back = type(suspended)(suspended.wall_s - 3600, suspended.monotonic_s + 3600)
    assert reports.live(BANK, set_back) == []


def test_a_message_that_was_overtaken_is_not_kept() -> None:
    reports = Reports()
    assert reports.replace(report(0, 20, sequence=500), at(0))
    assert not reports.replace(report(0, 19, sequence=499), at(1))
    assert temperatures(reports, 1) == [20]


def test_a_restarted_device_counts_from_the_beginning() -> None:
    reports = Reports()
    reports.replace(report(0, 20, sequence=500), at(0))
    assert reports.replace(report(0, 21, sequence=1), at(1))
    assert reports.replace(report(9, 22, sequence=2), at(9))
    # One that had sent little before it was restarted.
    assert reports.replace(report(20, 23, sequence=1), at(20))
    assert temperatures(reports, 20) == [23]


def test_of_two_messages_of_a_second_the_later_one_goes_first() -> None:
    reports = Reports()
    reports.replace(report(0, 20, sequence=7, kind="0405"), at(0))
    reports.replace(report(0, 30, sequence=8, kind="0408"), at(0))
    assert temperatures(reports, 1) == [30, 20]


def test_versions_and_times_outlive_the_readings() -> None:
    reports = Reports()
    reports.replace(report(0, firmware="1.2.3", kind="0830"), at(0))
    reports.replace(report(30), at(30))
    assert reports.live(BANK, at(900)) == []
    assert reports.firmware(BANK) == "1.2.3"
    assert reports.times(BANK) == ((Source.MQTT, START + timedelta(seconds=30)),)


def test_a_source_is_forgotten_without_the_other() -> None:
    changed: list[str] = []
    reports = Reports(changed.append)
    reports.replace(report(0, 20), at(0))
    reports.replace(report(1, 21, source=Source.MODBUS, kind="live"), at(1))
    reports.keep_only(Source.MODBUS, ())
    assert temperatures(reports, 2) == [20]
    reports.forget(BANK)
    assert reports.sns() == ()
    assert changed == [BANK] * 4
