"""Arithmetic that somebody wrote down, worked out exactly and never more than arithmetic.

What may stand in it: numbers, names, `+ - * / **`, parentheses and `round`, `sum`, `min`, `max`. Numbers are written
with a decimal point and kept as fractions, so that 0.1 + 0.2 is 0.3. The text comes from a file a person wrote: its
length, its powers and the size of its numbers are limited, and everything else Python knows is refused before anything
is worked out.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial

from warehouse.danish.numbers import could_be_two_numbers, rounded

LONGEST = 400
DEEPEST = 100
LARGEST_EXPONENT = 100
LARGEST = 10**60
_WRITTEN_WITH = re.compile(r"[\w\s.,+\-*/()]*")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_ASSUMPTION = re.compile(r"assumptions\.\w+(\.\w+)?")
_MAY = "it may hold numbers, names, + - * / **, parentheses, round, sum, min and max"


class ArithmeticRefused(ValueError):
    """A text is not arithmetic, or cannot be worked out; the message says which part and what may stand there."""


def _bounded(value: Fraction) -> Fraction:
    if abs(value.numerator) > LARGEST or value.denominator > LARGEST:
        raise ArithmeticRefused("it comes to a number with more than 60 digits; no figure is that large or that fine")
    return value


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1 or abs(exponent) > LARGEST_EXPONENT:
        raise ArithmeticRefused(f"a power is a whole number from -{LARGEST_EXPONENT} to {LARGEST_EXPONENT}")
    digits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if digits * abs(exponent) > LARGEST.bit_length() * 2:
        raise ArithmeticRefused("it comes to a number with more than 60 digits; the power is too large")
    return base ** int(exponent)


def _round(value: Fraction, decimals: Fraction = Fraction(0)) -> Fraction:
    if decimals.denominator != 1 or abs(decimals) > 12:
        raise ArithmeticRefused("round(number, decimals) takes a whole number of decimals from -12 to 12")
    return rounded(value, decimals=int(decimals))


def _kept_small(work: Callable[..., Fraction]) -> Callable[..., Fraction]:
    def worked(*terms: Fraction) -> Fraction:
        return _bounded(work(*terms))

    return worked


_OPERATORS: dict[type[ast.operator | ast.unaryop], Callable[..., Fraction]] = {
    ast.Add: _kept_small(operator.add),
    ast.Sub: _kept_small(operator.sub),
    ast.Mult: _kept_small(operator.mul),
    ast.Div: _kept_small(operator.truediv),
    ast.Pow: _kept_small(_power),
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
_FUNCTIONS: dict[str, Callable[..., Fraction]] = {
    "round": _round,
    "sum": _kept_small(lambda *terms: sum(terms, Fraction(0))),
    "min": lambda *terms: min(terms),
    "max": lambda *terms: max(terms),
}

Work = Callable[[Mapping[str, Fraction]], Fraction]


@dataclass(frozen=True)
class Arithmetic:
    """One piece of arithmetic, read and found harmless: `names` are what it wants to be given."""

    text: str
    names: tuple[str, ...]
    _work: Work = field(repr=False, compare=False)

    @classmethod
    def parse(cls, text: str) -> Arithmetic:
        """Read arithmetic such as `50 * 132350` or `rise * assumptions.key / 100`; raises ArithmeticRefused."""
        written = " ".join(text.split())
        if len(written) > LONGEST:
            raise ArithmeticRefused(f"it has {len(written)} characters; at most {LONGEST} are read")
        if not _WRITTEN_WITH.fullmatch(written):
            raise ArithmeticRefused(f"'{written}' is not arithmetic: {_MAY}")
        names: list[str] = []
        try:
            work = _read(ast.parse(written, mode="eval").body, text=written, names=names)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            if isinstance(error, ArithmeticRefused):
                raise
            raise ArithmeticRefused(f"'{written}' is not arithmetic: {_MAY}") from error
        return cls(written, tuple(dict.fromkeys(names)), work)

    def value(self, names: Mapping[str, Fraction]) -> Fraction:
        """What it comes to, exactly; raises ArithmeticRefused where a name is unknown or nothing can come of it."""
        unknown = [name for name in self.names if name not in names]
        if unknown:
            variants = [name for name in names if name.startswith(f"{unknown[0]}.")]
            known = ", ".join(sorted(variants or names)) or "none"
            raise ArithmeticRefused(f"'{self.text}' names '{unknown[0]}', which is not given; given are: {known}")
        try:
            return self._work(names)
        except ZeroDivisionError as error:
            raise ArithmeticRefused(f"'{self.text}' divides by zero") from error


def _read(node: ast.expr, *, text: str, names: list[str], depth: int = 1) -> Work:
    """How to work out a part; adds the names it wants to `names`. Raises ArithmeticRefused for all that is not arithmetic."""
    if depth > DEEPEST:
        raise ArithmeticRefused(f"it has more than {DEEPEST} parts in one another; use sum(...) for many terms")
    read = partial(_read, text=text, names=names, depth=depth + 1)
    match node:
        case ast.Constant():
            number = _number(ast.get_source_segment(text, node) or "")
            return lambda _given: number
        case ast.Name(id=name) if name not in _FUNCTIONS:
            return _named(name, names=names)
        case ast.Attribute() if _ASSUMPTION.fullmatch(ast.unparse(node)):
            return _named(ast.unparse(node), names=names)
        case ast.UnaryOp(op=sign) if type(sign) in _OPERATORS:
            return _applied(_OPERATORS[type(sign)], read(node.operand))
        case ast.BinOp(op=sign) if type(sign) in _OPERATORS:
            return _applied(_OPERATORS[type(sign)], read(node.left), read(node.right))
        case ast.Call(func=ast.Name(id=name), keywords=[]) if _takes(name, number=len(node.args)):
            return _applied(_FUNCTIONS[name], *map(read, node.args))
    raise ArithmeticRefused(f"'{ast.get_source_segment(text, node)}' may not stand in arithmetic: {_MAY}")


def _named(name: str, *, names: list[str]) -> Work:
    names.append(name)
    return lambda given: given[name]


def _applied(work: Callable[..., Fraction], *parts: Work) -> Work:
    return lambda given: work(*(part(given) for part in parts))


def _takes(function: str, *, number: int) -> bool:
    return function in _FUNCTIONS and (1 <= number <= 2 if function == "round" else number >= 1)


def _number(written: str) -> Fraction:
    if not _NUMBER.fullmatch(written):
        raise ArithmeticRefused(f"'{written}' is not a number: write 132350 or 6.62")
    if could_be_two_numbers(written):
        plain = written.replace(".", "")
        raise ArithmeticRefused(
            f"'{written}' could be {plain} or {written}0: arithmetic has no points between thousands, so write one of them"
        )
    return _bounded(Fraction(written))
