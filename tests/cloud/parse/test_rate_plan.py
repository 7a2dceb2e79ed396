"""Contracts: the power panel's of a capture, and the inverters' prices."""

from datetime import datetime
from pathlib import Path

import pytest

from solix_exporter.cloud.parse.rate_plan import parse_inverter_price, parse_rate_plan
from solix_exporter.cloud.record import Record
from solix_exporter.model.prices import PriceType, SitePrice
from solix_exporter.model.tariff import Tariff, tariff_at
from tests.records import captured

PANEL = "UUBABYAH2ONIAPD4"


@pytest.mark.parametrize(
    ("local", "tariff", "price"),
    [
        # A Tuesday: 0.03 until 16:00, 0.39 until 21:00, 0.15 until 23:00, then 0.03.
        (datetime(2026, 6, 9, 15, 59), Tariff.VALLEY, 0.03),  # noqa: DTZ001 - site's clock
        (datetime(2026, 6, 9, 16, 0), Tariff.PEAK, 0.39),  # noqa: DTZ001
        (datetime(2026, 6, 9, 21, 30), Tariff.MID_PEAK, 0.15),  # noqa: DTZ001
        (datetime(2026, 6, 9, 23, 30), Tariff.VALLEY, 0.03),  # noqa: DTZ001
        # A Saturday: 0.03 until 7:00, 0.09 until 23:00, then 0.03.
        (datetime(2026, 6, 13, 6, 59), Tariff.VALLEY, 0.03),  # noqa: DTZ001
        (datetime(2026, 6, 13, 18, 0), Tariff.OFF_PEAK, 0.09),  # noqa: DTZ001
        # The season goes from January to December, both included.
        (datetime(2026, 12, 31, 17, 0), Tariff.PEAK, 0.39),  # noqa: DTZ001
    ],
)
def test_the_contract_of_a_panel(
    captures: Path, local: datetime, tariff: Tariff, price: float
) -> None:
    record = captured(captures / "Powerpanel_Tou", f"charging_utility_rate_plan_{PANEL}")
    plan = parse_rate_plan(record)
    assert plan.price_type is PriceType.USE_TIME
    now = tariff_at(plan.seasons, local)
    assert now is not None
    assert (now.tariff, now.price) == (tariff, price)
    assert (record.unread(), record.malformed) == ((), ())


def test_a_contract_with_one_price() -> None:
    # Hand-made after reference 05, 2.8: `fixed_price` is a number where no plan is active.
    plan = parse_rate_plan(Record({"peak_sessions": None, "fixed_price": 0.21}))
    assert (plan.price, plan.price_type, plan.seasons) == (0.21, PriceType.FIXED, ())


@pytest.mark.parametrize(
    ("folder", "sn", "price"),
    [("MI80_Standalone", "3IEDXXFMD2I3", 0.4), ("SB3_SM_Smart", "M55A0NSED232", 0.25)],
)
def test_the_price_of_an_inverter(captures: Path, folder: str, sn: str, price: float) -> None:
    record = captured(captures / folder, f"device_pv_price_{sn}")
    assert parse_inverter_price(record) == SitePrice(price=price, currency_symbol="€")
    assert (record.unread(), record.malformed) == ((), ())
