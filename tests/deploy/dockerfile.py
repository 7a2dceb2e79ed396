"""Reads a Dockerfile, as far as ours goes."""

import json
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction on one line, as `RUN` and the rest."""

    word: str
    rest: str

    @property
    def items(self) -> list[str]:
        """Return the items of a list in JSON."""
        items: list[str] = json.loads(self.rest[self.rest.index("[") :])
        return items


def read_dockerfile(file: Path) -> list[list[Instruction]]:
    """Return the stages: what stands before the first FROM, then one list a FROM."""
    text = re.sub(r"^#.*\n", "", file.read_text("utf-8"), flags=re.MULTILINE)
    stages: list[list[Instruction]] = [[]]
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        if not line.strip():
            continue
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            stages.append([])
        stages[-1].append(Instruction(word, rest.strip()))
    return stages
