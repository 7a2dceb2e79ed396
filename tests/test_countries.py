import re
from pathlib import Path

import pytest

import solix_exporter
from solix_exporter.cloud.regions import server_of, zones_of
from solix_exporter.config import load_settings
from solix_exporter.countries import check_country, names
from solix_exporter.errors import ConfigError

ENVIRON = {"ANKERUSER": "me@example.org", "ANKERPASSWORD": "a secret"}
NEAREST = (
    "XX is the code of no country; the nearest ones are AX (Åland Islands), CX (Christmas Island),"
    " MX (Mexico), SX (St Maarten (Dutch))"
)


@pytest.mark.parametrize(
    ("given", "code"),
    [("DE", "DE"), ("us", "US"), (" at\n", "AT"), ("UK", "UK"), ("GB", "GB"), ("el", "EL"),
     ("GR", "GR"), ("XK", "XK")],
)  # fmt: skip
def test_codes_of_iso_and_of_the_cloud_are_taken(given: str, code: str) -> None:
    assert check_country(given) == code


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("XX", NEAREST),
        ("ED", "the nearest ones are DE (Germany)"),
        ("EN", "EN is the code of no country; the nearest ones are NE (Niger)"),
        ("Germany", "they select the account's cloud; Germany is DE"),
        ("DEU", "must be two letters such as DE or US"),
        ("", "must be two letters such as DE or US"),
        ("D3", "must be two letters such as DE or US"),
        ("ÄÖ", "must be two letters such as DE or US"),
    ],
)  # fmt: skip
def test_a_code_of_no_country_is_refused_with_what_is_near(given: str, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        check_country(given)


def test_a_secret_in_the_wrong_place_is_not_repeated() -> None:
    with pytest.raises(ValueError, match="must be two letters") as caught:
        check_country("hunter2-secret")
    assert "hunter2" not in str(caught.value)


def test_every_country_has_a_server_and_nearly_all_have_a_zone() -> None:
    assert len(names()) > 240
    assert {server_of(code) for code in names()} == {server_of("DE"), server_of("US")}
    assert {code for code in names() if not zones_of(code)} <= {"BV", "HM", "XK"}
    assert zones_of("UK") == ("Europe/London",)


@pytest.mark.parametrize("source", ["environment", "its file", "file"])
def test_no_way_of_configuring_takes_a_country_that_does_not_exist(
    tmp_path: Path, source: str
) -> None:
    environ, file = dict(ENVIRON), None
    if source == "environment":
        environ["ANKERCOUNTRY"] = "XX"
    elif source == "its file":
        (tmp_path / "country").write_text("XX\n")
        environ["ANKERCOUNTRY_FILE"] = str(tmp_path / "country")
    elif source == "file":
        environ, file = {}, tmp_path / "solix.yaml"
        file.write_text("accounts: [{user: me@example.org, password: secret, country: xx}]")
        file.chmod(0o600)
    with pytest.raises(ConfigError, match=re.escape(NEAREST)):
        load_settings(file=file, environ=environ, flags={})


def test_the_library_takes_no_country_that_does_not_exist() -> None:
    with pytest.raises(ConfigError, match=re.escape(NEAREST)):
        solix_exporter.SolixClient("me@example.org", "a secret", "XX")
