"""Choices: what the reader chose, in widgets and in the address at once.

An address that the browser went to (typed, reloaded, back or forward) is put into the widgets; what is chosen in a widget is
put into the address when the page is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import streamlit as st

from dashboards import address
from dashboards.address import Field, Values

_ADDRESS, _CHOSEN = "address", "chosen"


class Choices:
    """What is chosen, by field. Raises NotThere where the address names what is not there."""

    def __init__(self, fields: Iterable[Field]) -> None:
        self._fields = {each.name: each for each in fields}
        self._asked = st.query_params.to_dict()
        self._moved = st.session_state.get(_ADDRESS) != self._asked
        self._read = address.read(self._asked, fields=self._fields.values())
        self.values: Values = self._read if self._moved else {**self._read, **st.session_state[_CHOSEN]}

    def one(
        self,
        name: str,
        widget: Callable[..., Any],
        label: str,
        *,
        options: Mapping[str, str] | None = None,
        **also: Any,
    ) -> str:
        """Draw a widget of which one option is chosen, and give its code."""
        offered = self._fields[name].options if options is None else options
        held = self._held(name, offered)
        self._keep(name, held if held in offered else _first(self._fields[name], offered))
        chosen = widget(label, list(offered), key=_key(name), format_func=lambda code: offered.get(code, code), **also)
        self.values = {**self.values, name: str(chosen)}
        return str(chosen)

    def many(
        self,
        name: str,
        widget: Callable[..., Any],
        label: str,
        *,
        options: Mapping[str, str] | None = None,
        **also: Any,
    ) -> list[str]:
        """Draw a widget of which several options are chosen, and give their codes."""
        offered = self._fields[name].options if options is None else options
        self._keep(name, [code for code in self._held(name, offered) if code in offered])
        chosen = widget(label, list(offered), key=_key(name), format_func=lambda code: offered.get(code, code), **also)
        self.values = {**self.values, name: tuple(chosen)}
        return list(chosen)

    def _held(self, name: str, offered: Mapping[str, str]) -> Any:
        """What the widget shows next; what an address says of a field without options of its own is looked up in these."""
        if not self._moved and _key(name) in st.session_state:
            return st.session_state[_key(name)]
        held = self.values[name]
        field = self._fields[name]
        if field.options or not held or held in offered:
            return held
        return Field(name, offered, field.default, field.called).read(str(held)) if self._moved else held

    def _keep(self, name: str, value: Any) -> None:
        if st.session_state.get(_key(name)) != value:
            st.session_state[_key(name)] = value

    def write(self) -> None:
        """Put what is chosen into the address, unless it says so already."""
        chosen = address.write(self.values, fields=self._fields.values())
        says_so = self._asked if self._moved and self._read == self.values else chosen
        st.session_state[_CHOSEN] = self.values
        st.session_state[_ADDRESS] = says_so
        if says_so != self._asked:
            st.query_params.from_dict(says_so)

    def named(self, name: str, code: str) -> str:
        """What an option of a field is called."""
        return self._fields[name].options.get(code, code)


def _key(name: str) -> str:
    return f"choice_{name}"


def _first(field: Field, offered: Mapping[str, str]) -> str:
    return str(field.default) if field.default in offered else next(iter(offered))
