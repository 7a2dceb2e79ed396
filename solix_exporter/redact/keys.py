"""THE table of private keys in the cloud's answers, and how their values are replaced."""

import enum
import functools
import re


class Kind(enum.Enum):
    """How a private value is replaced."""

    SHAPED = "shaped"
    """Digits by digits, letters by letters, hexadecimal stays so; `:`, `-`, `@` stay."""
    OPAQUE = "opaque"
    """Letters only."""
    NAME = "name"
    """Letters only; a word that people chose, which is found again in other texts."""
    PUBLIC = "public"
    """Not at all, although another row would match."""


KEYS: tuple[tuple[str, Kind], ...] = (
    ("token expires", Kind.PUBLIC),
    ("ip region", Kind.PUBLIC),
    ("platform tag", Kind.PUBLIC),
    ("tag code", Kind.PUBLIC),
    ("tag img", Kind.PUBLIC),
    ("type tag", Kind.PUBLIC),
    # Secrets
    ("token", Kind.OPAQUE),
    ("gtoken", Kind.OPAQUE),
    ("password", Kind.OPAQUE),
    ("pwd", Kind.OPAQUE),
    ("passwd", Kind.OPAQUE),
    ("passcode", Kind.OPAQUE),
    ("psk", Kind.OPAQUE),
    ("pin code", Kind.OPAQUE),
    ("access key", Kind.OPAQUE),
    ("auth code", Kind.OPAQUE),
    ("invite code", Kind.OPAQUE),
    ("share code", Kind.OPAQUE),
    ("session id", Kind.OPAQUE),
    ("secret", Kind.OPAQUE),
    ("authorization", Kind.OPAQUE),
    ("cookie", Kind.OPAQUE),
    ("certificate id", Kind.SHAPED),
    ("certificate", Kind.OPAQUE),
    ("certificates", Kind.OPAQUE),
    ("cert", Kind.OPAQUE),
    ("certs", Kind.OPAQUE),
    ("crt", Kind.OPAQUE),
    ("cer", Kind.OPAQUE),
    ("der", Kind.OPAQUE),
    ("pem", Kind.OPAQUE),
    ("pkcs", Kind.OPAQUE),
    ("pkcs 12", Kind.OPAQUE),
    ("pkcs 8", Kind.OPAQUE),
    ("p 12", Kind.OPAQUE),
    ("pfx", Kind.OPAQUE),
    ("jks", Kind.OPAQUE),
    ("keystore", Kind.OPAQUE),
    ("key store", Kind.OPAQUE),
    ("private key", Kind.OPAQUE),
    ("privatekey", Kind.OPAQUE),
    ("public key", Kind.OPAQUE),
    ("publickey", Kind.OPAQUE),
    ("priv key", Kind.OPAQUE),
    ("pub key", Kind.OPAQUE),
    ("client key", Kind.OPAQUE),
    ("device key", Kind.OPAQUE),
    ("rsa key", Kind.OPAQUE),
    ("ec key", Kind.OPAQUE),
    ("ssh key", Kind.OPAQUE),
    ("aes key", Kind.OPAQUE),
    ("api key", Kind.OPAQUE),
    ("apikey", Kind.OPAQUE),
    ("sign key", Kind.OPAQUE),
    ("signature", Kind.OPAQUE),
    ("aws root", Kind.OPAQUE),
    ("root ca", Kind.OPAQUE),
    ("ca bundle", Kind.OPAQUE),
    ("geo key", Kind.OPAQUE),
    # People
    ("email", Kind.SHAPED),
    ("mail", Kind.SHAPED),
    ("phone", Kind.SHAPED),
    ("telephone", Kind.SHAPED),
    ("tel", Kind.SHAPED),
    ("mobile", Kind.SHAPED),
    ("user name", Kind.NAME),
    ("username", Kind.NAME),
    ("login name", Kind.NAME),
    ("account name", Kind.NAME),
    ("owner name", Kind.NAME),
    ("real name", Kind.NAME),
    ("full name", Kind.NAME),
    ("family name", Kind.NAME),
    ("surname", Kind.NAME),
    ("given name", Kind.NAME),
    ("first name", Kind.NAME),
    ("last name", Kind.NAME),
    ("nick name", Kind.NAME),
    ("nickname", Kind.NAME),
    ("avatar", Kind.OPAQUE),
    ("head img", Kind.OPAQUE),
    ("birthday", Kind.OPAQUE),
    ("installer", Kind.OPAQUE),
    ("contact", Kind.OPAQUE),
    ("user id", Kind.SHAPED),
    ("user ids", Kind.SHAPED),
    ("uid", Kind.SHAPED),
    ("thing name", Kind.SHAPED),
    ("member id", Kind.SHAPED),
    ("member ids", Kind.SHAPED),
    ("account id", Kind.SHAPED),
    ("customer id", Kind.SHAPED),
    ("client id", Kind.SHAPED),
    ("trace id", Kind.SHAPED),
    ("order id", Kind.SHAPED),
    ("order no", Kind.SHAPED),
    ("transaction id", Kind.SHAPED),
    ("rfid", Kind.SHAPED),
    ("card id", Kind.SHAPED),
    ("card number", Kind.SHAPED),
    ("card name", Kind.NAME),
    ("card no", Kind.SHAPED),
    ("vin", Kind.SHAPED),
    ("plate", Kind.SHAPED),
    ("vehicle id", Kind.SHAPED),
    ("vehicle ids", Kind.SHAPED),
    ("evse id", Kind.SHAPED),
    ("charge point id", Kind.SHAPED),
    ("meter number", Kind.SHAPED),
    # Places
    ("address", Kind.OPAQUE),
    ("install location", Kind.OPAQUE),
    ("install env", Kind.OPAQUE),
    ("street", Kind.OPAQUE),
    ("city", Kind.OPAQUE),
    ("town", Kind.OPAQUE),
    ("house number", Kind.OPAQUE),
    ("zip", Kind.SHAPED),
    ("zipcode", Kind.SHAPED),
    ("postcode", Kind.SHAPED),
    ("postal code", Kind.SHAPED),
    ("lat", Kind.SHAPED),
    ("latitude", Kind.SHAPED),
    ("lng", Kind.SHAPED),
    ("lon", Kind.SHAPED),
    ("longitude", Kind.SHAPED),
    ("location", Kind.OPAQUE),
    ("gps", Kind.SHAPED),
    ("coordinate", Kind.SHAPED),
    ("coordinates", Kind.SHAPED),
    ("latlng", Kind.SHAPED),
    ("latlon", Kind.SHAPED),
    ("lnglat", Kind.SHAPED),
    ("lonlat", Kind.SHAPED),
    ("geohash", Kind.SHAPED),
    ("iban", Kind.SHAPED),
    ("bic", Kind.SHAPED),
    ("swift", Kind.SHAPED),
    ("bank account", Kind.SHAPED),
    ("account number", Kind.SHAPED),
    ("account no", Kind.SHAPED),
    ("geo", Kind.SHAPED),
    ("google code", Kind.OPAQUE),
    # Names that people give to their things
    ("alias", Kind.NAME),
    ("site name", Kind.NAME),
    ("home name", Kind.NAME),
    ("station name", Kind.NAME),
    ("system name", Kind.NAME),
    ("plant name", Kind.NAME),
    ("room", Kind.NAME),
    ("group name", Kind.NAME),
    ("device name", Kind.NAME),
    ("vehicle name", Kind.NAME),
    ("charger name", Kind.NAME),
    ("pv name", Kind.NAME),
    ("pv 1 name", Kind.NAME),
    ("pv 2 name", Kind.NAME),
    ("pv 3 name", Kind.NAME),
    ("pv 4 name", Kind.NAME),
    ("pv high name", Kind.NAME),
    ("pv low name", Kind.NAME),
    ("micro inverter name", Kind.NAME),
    ("remark", Kind.NAME),
    ("tag", Kind.NAME),
    ("wifi name", Kind.NAME),
    ("ssid", Kind.NAME),
    ("bssid", Kind.SHAPED),
    # Things
    ("sn", Kind.SHAPED),
    ("sns", Kind.SHAPED),
    ("serial", Kind.SHAPED),
    ("device id", Kind.SHAPED),
    ("device ids", Kind.SHAPED),
    ("imei", Kind.SHAPED),
    ("imsi", Kind.SHAPED),
    ("iccid", Kind.SHAPED),
    ("site id", Kind.SHAPED),
    ("site ids", Kind.SHAPED),
    ("station id", Kind.SHAPED),
    ("station ids", Kind.SHAPED),
    ("identifier id", Kind.SHAPED),
    ("mac", Kind.SHAPED),
    ("macs", Kind.SHAPED),
    ("ble id", Kind.SHAPED),
    ("uuid", Kind.SHAPED),
    ("ip", Kind.SHAPED),
    ("ips", Kind.SHAPED),
    ("ipv 4", Kind.SHAPED),
    ("ipv 6", Kind.SHAPED),
    ("hostname", Kind.OPAQUE),
    ("host name", Kind.OPAQUE),
    ("err msg", Kind.OPAQUE),  # holds the serial number of an offline device
)
"""Adjacent words of a key, however it is spelled; the first match counts."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


_VERSIONS = frozenset(
    {
        "version",
        "versions",
        "ver",
        "firmware",
        "fw",
        "sw",
        "hw",
        "rom",
        "ota",
        "software",
        "hardware",
    }
)


@functools.lru_cache(maxsize=4096)
def holds_versions(key: str) -> bool:
    """Return whether a value under `key` is or contains versions."""
    return any(word.lower() in _VERSIONS for word in _WORDS.findall(key))


@functools.lru_cache(maxsize=4096)
def kind_of(key: str) -> Kind | None:
    """Return how a value under `key` is replaced, None where it stays."""
    words = " ".join(word.lower() for word in _WORDS.findall(key))
    for row, kind in KEYS:
        if f" {row} " in f" {words} ":
            return None if kind is Kind.PUBLIC else kind
    return None
