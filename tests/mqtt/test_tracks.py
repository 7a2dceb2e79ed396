import pytest

from solix_exporter.mqtt.tracks import Track, measured_s

DAY_S = 86400


def test_a_message_holds_for_three_of_its_gaps() -> None:
    track = Track()
    valid = [track.valid_s("0405", None, at_s) for at_s in range(0, 600, 40)]

    assert valid[0] == 60
    assert valid[-1] == 120


@pytest.mark.parametrize(
    ("gap_s", "every_s", "expected"),
    [(3, None, 60), (100, None, 300), (600, None, 900), (5000, 300, 900), (5000, None, 60)],
)
def test_validity_has_bounds_and_a_pause_is_no_gap(
    gap_s: float, every_s: float | None, expected: float
) -> None:
    track = Track()
    valid = [track.valid_s("0405", every_s, number * gap_s) for number in range(10)]

    assert valid[-1] == expected


def test_what_comes_unasked_holds_by_its_known_gap_from_the_first_on() -> None:
    assert Track().valid_s("0408", 60, 0) == 180


def test_bursts_hold_until_the_next_request() -> None:
    track = Track(asked_every_s=300)
    valid = [
        track.valid_s("0405", None, start + at) for start in (0, 300) for at in range(0, 30, 3)
    ]

    assert valid[-1] == 900


@pytest.mark.parametrize(
    ("sequences", "lost", "late"),
    [
        ([1, 2, 3], 0, 0),
        ([1, 4], 2, 0),
        ([10, 8, 11], 0, 1),
        ([900, 1, 2], 0, 0),
        ([1, 5000], 0, 0),
        ([None, 5, None, 6], 0, 0),
        ([5, 5], 0, 0),
    ],
)
def test_losses_and_late_messages(sequences: list[int | None], lost: int, late: int) -> None:
    track, found_lost, found_late = Track(), 0, 0
    for sequence in sequences:
        if track.is_late(sequence):
            found_late += 1
        else:
            found_lost += track.lost(sequence)

    assert (found_lost, found_late) == (lost, late)


@pytest.mark.parametrize(
    ("timestamp_s", "expected"),
    [
        (None, (1000000, False)),
        (999990, (999990, False)),
        (1000000 - DAY_S, (1000000 - DAY_S, False)),
        (1000000 - DAY_S - 1, (1000000, True)),
        (1000000 + DAY_S + 1, (1000000, True)),
        (0, (1000000, True)),
        (float("nan"), (1000000, True)),
    ],
)
def test_a_time_more_than_a_day_off_is_left_aside(
    timestamp_s: float | None, expected: tuple[float, bool]
) -> None:
    assert measured_s(timestamp_s, 1000000) == expected
