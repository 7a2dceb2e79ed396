from datetime import UTC, datetime

import pytest

from solix_exporter.advice import BY_CODE, advice_for, with_advice
from solix_exporter.errors import (
    CODES,
    AuthenticationError,
    CloudError,
    Intercepted,
    LoginBlocked,
    LoginNotKept,
    TransientError,
)

NOON = datetime(2026, 6, 20, 12, 0, tzinfo=UTC)
AT_ONCE = "is tried at once"


def blocked(refusal: int | None) -> LoginBlocked:
    return LoginBlocked("x", until=NOON, refusal=refusal)


def classes(base: type[CloudError] = CloudError) -> list[type[CloudError]]:
    return [base, *(kind for direct in base.__subclasses__() for kind in classes(direct))]


def test_every_code_that_is_known_has_its_advice() -> None:
    assert set(BY_CODE) == set(CODES)
    assert all(advice.state and advice.todo for advice in BY_CODE.values())


@pytest.mark.parametrize("kind", classes()[1:], ids=lambda kind: kind.__name__)
def test_every_class_of_error_has_its_advice(kind: type[CloudError]) -> None:
    error = blocked(None) if kind is LoginBlocked else kind("x")
    advice = advice_for(error)
    assert advice.state
    assert advice.todo


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_login_that_is_held_back_has_the_advice_of_what_the_cloud_said(code: int) -> None:
    assert advice_for(blocked(code)) == advice_for(CODES[code].error("x", code=code))


def test_only_a_wrong_password_is_tried_again_at_once() -> None:
    promising = {code for code in CODES if AT_ONCE in advice_for(blocked(code)).todo}
    assert promising == {26108, 26156}
    for error in (blocked(None), LoginNotKept("x"), AuthenticationError("x"), Intercepted("x")):
        assert AT_ONCE not in advice_for(error).todo


def test_a_wrong_key_looks_like_a_wrong_password() -> None:
    error = AuthenticationError("x", code=26108)
    assert "cloud.public_key" not in advice_for(error).todo
    assert "A wrong cloud.public_key looks the same." in advice_for(error, has_own_key=True).todo


def test_something_between_is_told_from_the_cloud() -> None:
    advice = advice_for(Intercepted("redirected to http://portal.example/", code=302))
    assert "answers in its place" in advice.state
    assert "captive portal" in advice.todo


def test_the_log_tells_what_to_do_about_the_login_and_not_about_a_busy_cloud() -> None:
    captcha = AuthenticationError("login refused", code=100032)
    assert with_advice(captcha).endswith(advice_for(captcha).todo)
    assert with_advice(TransientError("busy", code=21105)) == "busy (code 21105)"
