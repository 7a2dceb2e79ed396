"""The connection pool that all accounts share."""

from aiohttp import web

from solix_exporter.cloud.transport import Transport


async def test_what_a_server_sets_for_one_account_is_not_sent_for_another() -> None:
    received: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        received.append(request.headers.get("Cookie", ""))
        response = web.json_response({"code": 0})
        response.set_cookie("session", request.headers["x-auth-token"])
        return response

    app = web.Application()
    app.router.add_post("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    # A name, because the library keeps no cookies of bare addresses.
    url = f"http://localhost:{runner.addresses[0][1]}/"
    transport = Transport()
    try:
        for account in ("a", "b"):
            answered = await transport.send("POST", url, {"x-auth-token": account}, {})
            assert answered.status == 200
    finally:
        await transport.close()
        await runner.cleanup()
    assert received == ["", ""]
