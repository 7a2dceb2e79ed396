"""A real terminal for tests: tmux runs it, types into it and reads its screen back."""

import asyncio
from collections.abc import Callable
from pathlib import Path

_PATIENCE_S = 20.0


class Terminal:
    """One terminal of 80 columns and 24 lines with a shell in it."""

    def __init__(self, tmux: str, folder: Path) -> None:
        self._tmux = (tmux, "-S", str(folder / "tmux.socket"), "-f", "/dev/null")

    async def _run(self, *arguments: str) -> str:
        process = await asyncio.create_subprocess_exec(
            *self._tmux, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        output, errors = await process.communicate()
        assert process.returncode == 0, errors.decode()
        return output.decode()

    async def open(self) -> None:
        """Start the shell."""
        await self._run("new-session", "-d", "-x", "80", "-y", "24", "PS1='ready> ' sh")
        await self.sees("ready>")

    async def close(self) -> None:
        """End the shell and everything in it."""
        await self._run("kill-server")

    async def type(self, *keys: str) -> None:
        """Press keys, as tmux names them."""
        await self._run("send-keys", *keys)

    async def line(self, text: str) -> None:
        """Type a line into the shell."""
        await self._run("send-keys", "-l", text)
        await self.type("Enter")

    async def resize(self, columns: int, lines: int) -> None:
        """Give the window another size."""
        await self._run("resize-window", "-x", str(columns), "-y", str(lines))

    async def screen(self) -> str:
        """Return what is on the screen."""
        return await self._run("capture-pane", "-p")

    async def shown(self, name: str) -> str:
        """Return a fact about the terminal, such as `alternate_on`."""
        return (await self._run("display-message", "-p", f"#{{{name}}}")).strip()

    async def sees(self, text: str) -> str:
        """Return the screen as soon as it holds a text."""
        return await self.until(lambda screen: text in screen, text)

    async def until(self, holds: Callable[[str], bool], wanted: str) -> str:
        """Return the screen as soon as something holds of it."""
        screen = ""
        for _ in range(int(_PATIENCE_S / 0.1)):
            screen = await self.screen()
            if holds(screen):
                return screen
            await asyncio.sleep(0.1)
        raise AssertionError(f"never {wanted!r}, but:\n{screen}")
