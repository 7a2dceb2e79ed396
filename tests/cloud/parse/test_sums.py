import pytest

from solix_exporter.cloud.parse.sums import sum_if_all_known, sum_of_known


@pytest.mark.parametrize(
    ("values", "known", "all_known"),
    [
        ([], None, None),
        ([None], None, None),
        ([0.0], 0.0, 0.0),
        ([None, 0.0], 0.0, None),
        ([1.5, None, 2.0], 3.5, None),
        ([1.5, 2.0], 3.5, 3.5),
        ([-0.1, -0.2], -0.3, -0.3),
    ],
)
def test_a_missing_value_is_left_out_of_one_sum_and_ends_the_other(
    values: list[float | None], known: float | None, all_known: float | None
) -> None:
    assert sum_of_known(values) == known
    assert sum_if_all_known(values) == all_known
