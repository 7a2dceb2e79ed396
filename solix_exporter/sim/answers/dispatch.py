"""Finds the answer to a request: table of endpoints, server region, refusals."""

from dataclasses import dataclass

from solix_exporter.sim.answers.call import BadRequestError, Call, RefusedError, Route
from solix_exporter.sim.answers.table import EU_LACKS, WRITES, routes
from solix_exporter.sim.wire_format import Json

_WRITE_REFUSED = 10000


@dataclass(frozen=True, slots=True)
class HttpError:
    """An answer without an envelope."""

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """An envelope without data."""

    code: int
    msg: str


@dataclass(frozen=True, slots=True)
class Granted:
    """An envelope with data."""

    data: Json


def answer(method: str, path: str, call: Call, region: str) -> Granted | Refusal | HttpError:
    """Return the answer; `call.access` is set from the table.

    `region` is that of the server the client talks to.
    """
    if path.startswith(EU_LACKS) and region == "eu" and "com" not in call.world.regions:
        return HttpError(503, "upstream connect error or disconnect/reset before headers")
    if path in WRITES:
        return Refusal(_WRITE_REFUSED, "The simulated cloud accepts no changes.")
    route = routes().get(path)
    if route is None:
        return HttpError(404, "404 page not found")
    if method != route.method:
        return HttpError(405, "405 method not allowed")
    return _asked(route, call)


def _asked(route: Route, call: Call) -> Granted | Refusal | HttpError:
    try:
        return Granted(route.answer(call.with_access(route.access)))
    except RefusedError as error:
        return Refusal(error.code, error.msg)
    except BadRequestError as error:
        return HttpError(400, str(error))
