import pytest

from solix_exporter.errors import (
    AuthenticationError,
    CloudError,
    NotPermitted,
    RateLimited,
    RequestRejected,
    TransientError,
    cloud_error,
)


@pytest.mark.parametrize(
    ("codes", "kind", "outcome"),
    [
        ((401, 403, 26050, 26052, 26070, 26084, 26108, 26156), AuthenticationError, "auth"),
        ((100032, 100053), AuthenticationError, "auth"),
        ((429,), RateLimited, "rate_limited"),
        ((502, 504, 999), TransientError, "http"),
        ((997, 998), TransientError, "connect"),
        ((21105,), TransientError, "busy"),
        ((10000, 10003, 10004, 10007, 26161, 31001, 31003, 200104), RequestRejected, "rejected"),
        ((160003,), NotPermitted, "rejected"),
    ],
)  # fmt: skip
def test_each_code_becomes_the_class_that_tells_what_to_do(
    codes: tuple[int, ...], kind: type[CloudError], outcome: str
) -> None:
    for code in codes:
        error = cloud_error(code, "said the cloud", "some/endpoint")
        assert type(error) is kind
        assert (error.code, error.outcome, error.endpoint) == (code, outcome, "some/endpoint")
        assert "said the cloud" in str(error)


@pytest.mark.parametrize("code", [-1, 0, 200, 400, 500, 503, 522])
def test_small_codes_are_answers(code: int) -> None:
    assert cloud_error(code, "Failed to request.", "some/endpoint") is None
