"""The YAML file as a layer.

Every scalar stays the text that was written, because YAML's guesses lose what a user meant: `NO`
is a country and not false, `0123` a password and not 83.
"""

import stat
from pathlib import Path

import yaml

from solix_exporter.config.layer import KeyPath, Layer, Tree, spell_path
from solix_exporter.config.secret_file import UNREADABLE, read_secret
from solix_exporter.config.settings import DEFAULT_ACCOUNT
from solix_exporter.files import read_file as read_bounded

_NULLS = ("~", "null")
_MAX_DEPTH = 8
_MOST_REPEATED = 50_000
"""Values that stand in the tree once more through an alias (`*`); aliases of aliases multiply."""


def read_file(file: Path) -> Layer:
    """Return what `file` says; a file that cannot be used is a problem of the layer."""
    layer = Layer()
    tree = _tree(file, layer)
    if tree is None:
        # It may well list accounts: whoever looks for them shall not miss them too.
        layer.values = {"accounts": {}}
        return layer
    layer.values = tree
    secrets = _Secrets(file, layer)
    _Accounts(layer, secrets).rewrite()
    influxdb = tree.get("influxdb")
    if isinstance(influxdb, dict):
        secrets.fetch(("influxdb",), influxdb, "token")
        if isinstance(influxdb.get("ca_file"), str):
            influxdb["ca_file"] = str(file.parent / str(influxdb["ca_file"]))
    _anchor(tree, file.parent)
    return layer


def _anchor(tree: Tree, folder: Path) -> None:
    """Look for the web configuration beside the file that names it."""
    web = tree.get("web")
    if isinstance(web, dict) and isinstance(name := web.get("config_file"), str):
        web["config_file"] = str(folder / name)


def _tree(file: Path, layer: Layer) -> Tree | None:
    """Return what the file holds, None after noting why that cannot be told."""
    text = _text(file, layer)
    root = _compose(text, str(file), layer) if text is not None else None
    if layer.problems:
        return None
    tree = _Reader(str(file), layer).value(root, ()) if root is not None else {}
    if isinstance(tree, dict):
        return tree
    layer.complain(str(file), "must hold keys and values, such as `accounts:`")
    return None


def _text(file: Path, layer: Layer) -> str | None:
    try:
        return read_bounded(file).decode()
    except OSError as error:
        layer.complain(str(file), f"cannot be read: {error.strerror or type(error).__name__}")
    except UnicodeDecodeError:
        layer.complain(str(file), "is not UTF-8 text")
    return None


def _compose(text: str, file: str, layer: Layer) -> yaml.Node | None:
    """Return the root node; None where there is none.

    PyYAML's own message quotes the line, which may hold a password; only its position is used.
    """
    try:
        return yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f" line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        layer.complain(
            f"{file}{line}", "is not valid YAML; check indentation, and quote special characters"
        )
    except RecursionError:
        layer.complain(file, "is nested too deeply")
    except yaml.YAMLError:
        layer.complain(file, "is not valid YAML; it holds characters that cannot be printed")
    return None


def _is_plain(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.style is None


class _Reader:
    """Turns nodes into dicts, lists and texts, and notes the line of each."""

    def __init__(self, file: str, layer: Layer) -> None:
        self._file = file
        self._layer = layer
        self._known: set[int] = set()
        self._repeated = 0

    def value(self, node: yaml.Node, path: KeyPath) -> object:
        """Return the value of `node`, None where it says nothing."""
        if len(path) > _MAX_DEPTH:
            self._layer.complain(self._place(node, path[:2]), "is nested too deeply")
            return None
        if self._is_too_often(node):
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(item, (*path, str(i))) for i, item in enumerate(node.value)]
        is_nothing = node.value == "" or (_is_plain(node) and node.value in _NULLS)
        return None if is_nothing else str(node.value)

    def _is_too_often(self, node: yaml.Node) -> bool:
        self._repeated += id(node) in self._known
        self._known.add(id(node))
        if self._repeated == _MOST_REPEATED:
            self._layer.complain(self._file, "repeats too much by aliases (*); write less of it")
        return self._repeated >= _MOST_REPEATED

    def _item(self, node: yaml.Node, path: KeyPath) -> object:
        self._layer.places[path] = self._place(node, path)
        return self.value(node, path)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> Tree:
        tree: Tree = {}
        for key_node, value_node in node.value:
            here = (*path, str(key_node.value))
            if here in self._layer.places:
                self._layer.complain(self._place(key_node, here), "is given twice; remove one")
                continue
            self._layer.places[here] = self._place(key_node, here)
            value = self.value(value_node, here)
            if value is not None:
                tree[here[-1]] = value
        return tree

    def _place(self, node: yaml.Node, path: KeyPath) -> str:
        spelled = spell_path(path).removeprefix(".")
        return f"{self._file} line {node.start_mark.line + 1}, {spelled}"


class _Secrets:
    """Puts each secret in its place, also one that stands in a file of its own."""

    def __init__(self, file: Path, layer: Layer) -> None:
        self._file = file
        self._layer = layer

    def fetch(self, path: KeyPath, item: Tree, key: str) -> None:
        """Replace `<key>_file`, relative to the configuration's folder, by what the file holds."""
        secret_file = item.pop(f"{key}_file", None)
        if key in item:
            self._warn_if_readable_by_all(key)
        if not isinstance(secret_file, str):
            return
        place = self._layer.place_of(path)
        if key in item:
            self._layer.complain(place, f"has both {key} and {key}_file; remove one")
            return
        try:
            item[key] = read_secret(self._file.parent / secret_file)
        except ValueError as error:
            item[key] = UNREADABLE
            self._layer.complain(self._layer.place_of((*path, f"{key}_file")), str(error))

    def _warn_if_readable_by_all(self, key: str) -> None:
        warning = f"{self._file} holds a {key} and every user can read it; run chmod o-r on it"
        if self._file.stat().st_mode & stat.S_IROTH and warning not in self._layer.warnings:
            self._layer.warnings.append(warning)


class _Accounts:
    """Rewrites `accounts` from a list to a mapping by name, with each password at hand.

    By name because the environment may add to an account, and a list cannot be merged.
    """

    def __init__(self, layer: Layer, secrets: _Secrets) -> None:
        self._layer = layer
        self._secrets = secrets

    def rewrite(self) -> None:
        """Replace the list in the layer; what is no list of accounts becomes a problem."""
        items = self._layer.values.pop("accounts", [])
        if not items:
            return
        accounts: Tree = {}
        self._layer.values["accounts"] = accounts
        if not isinstance(items, list):
            self._complain(("accounts",), "must be a list; begin each account with `- name:`")
            return
        for index, item in enumerate(items):
            self._add(("accounts", str(index)), item, accounts)

    def _add(self, path: KeyPath, item: object, accounts: Tree) -> None:
        if not isinstance(item, dict):
            self._complain(path, "must have the keys name, user, password and country")
            return
        name = item.setdefault("name", DEFAULT_ACCOUNT)
        if not isinstance(name, str):
            self._complain((*path, "name"), "must be one word, such as home")
            return
        if name in accounts:
            self._complain(path, f"a second account is called {name!r}; give each its own name")
            return
        self._secrets.fetch(path, item, "password")
        self._move_places(path, ("accounts", name))
        accounts[name] = item

    def _move_places(self, old: KeyPath, new: KeyPath) -> None:
        places = self._layer.places
        for path in [path for path in places if path[: len(old)] == old]:
            places[(*new, *path[len(old) :])] = places.pop(path)

    def _complain(self, path: KeyPath, sentence: str) -> None:
        self._layer.complain(self._layer.place_of(path), sentence)
