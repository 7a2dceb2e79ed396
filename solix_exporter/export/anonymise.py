"""From the answers to the texts of files, without anything private in them.

The private texts of all answers are gathered first; then each answer is copied, looked through as
a text, and left out should anything have survived.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from solix_exporter.export.collect import Answer, Collection
from solix_exporter.export.messages import message_files, private_values
from solix_exporter.export.plan import Question
from solix_exporter.redact import Copy, Found, Known, Redactor
from solix_exporter.text import escaped


@dataclass(slots=True)
class Files:
    """The files of one account, by name, and what could not become one."""

    texts: dict[str, str] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)
    """The files with the messages of devices, by name."""
    left_out: dict[str, str] = field(default_factory=dict)
    """Name of a file -> why it is not there."""


class Anonymiser:
    """Makes texts of answers; without a redactor, as they came."""

    def __init__(
        self, collections: Sequence[Collection], emails: Iterable[str], redactor: Redactor | None
    ) -> None:
        """Gather what is private in all accounts; `emails` are e-mail addresses of their users."""
        self._known = _known(collections, emails, redactor) if redactor else None

    def files(self, collection: Collection) -> Files:
        """Return the files of one account."""
        files = Files()
        for answer in collection.answers:
            name = self.name_of(answer.question)
            try:
                text = self.text(answer.envelope)
            except RecursionError:
                files.left_out[name] = "the answer is nested too deeply to be made anonymous"
                continue
            if self._known is not None and self._known.remains_in(text):
                files.left_out[name] = "a part of an identifier was left in it"
                continue
            files.texts[_unused(name, files.texts)] = text
        files.messages, unreadable = message_files(collection.messages, self._known)
        if unreadable:
            files.left_out["mqtt_msg"] = f"nobody can look into {unreadable} of the messages"
        return files

    def name_of(self, question: Question) -> str:
        """Return the name of the file of a question's answer."""
        body = {**question.body, **(question.name_fields or {})}
        name = question.endpoint.capture_of(_as_body(self.value(body)))
        return f"{name or question.endpoint.name}.json"

    def text(self, value: object) -> str:
        """Return a value as the text of a file."""
        return escaped(json.dumps(self.value(value), ensure_ascii=False, indent=2)) + "\n"

    def value(self, value: object) -> object:
        """Return a copy of a value without private data."""
        return Copy(self._known).of(value) if self._known else value

    def sentence(self, text: str) -> str:
        """Return a text for people without private data."""
        return self._known.in_text(text) if self._known else text


def _known(collections: Sequence[Collection], emails: Iterable[str], redactor: Redactor) -> Known:
    found = Found()
    for email in emails:
        found.gather({"email": email, "user_name": email.partition("@")[0]})
    for value in _values(collections):
        try:
            found.gather(value)
        except RecursionError:
            # The answer is left out for the same reason when it is copied.
            continue
    return Known(redactor.key, found)


def _values(collections: Sequence[Collection]) -> Iterator[object]:
    for collection in collections:
        for answer in collection.answers:
            yield _asked(answer)
            yield answer.envelope
        for unanswered in collection.unanswered:
            yield unanswered.question.body
        yield from private_values(collection.messages)


def _asked(answer: Answer) -> Mapping[str, object]:
    return answer.question.body


def _as_body(value: object) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise TypeError("the copy of a body is an object")
    return value


def _unused(name: str, taken: Mapping[str, str]) -> str:
    """Return a name that is not taken: short ids can share their pseudonym."""
    stem, number = name.removesuffix(".json"), 2
    while name in taken:
        name, number = f"{stem}_{number}.json", number + 1
    return name
