"""Arithmetic that somebody wrote down, worked out exactly and never more than arithmetic.

What may stand in it: numbers, names, `+ - * / **`, parentheses and `round`, `sum`, `mean`, `min`, `max`,
`rank_from_highest`, `rank_from_lowest`. Numbers are written with a decimal point and kept as fractions, so that 0.1 + 0.2
is 0.3. A name may stand for several numbers where a function takes them: `mean(months)`. The text comes from a file a
person wrote: its length, its powers and the size of its numbers are limited, and everything else Python knows is refused
before anything is worked out.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping
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
_MAY = (
    "it may hold numbers, names, + - * / **, parentheses, round, sum, mean, min, max, rank_from_highest and "
    "rank_from_lowest"
)


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
FUNCTIONS: dict[str, Callable[..., Fraction]] = {
    "round": _round,
    "sum": _kept_small(lambda *terms: sum(terms, Fraction(0))),
    "mean": _kept_small(lambda *terms: sum(terms, Fraction(0)) / len(terms)),
    "min": lambda *terms: min(terms),
    "max": lambda *terms: max(terms),
    "rank_from_highest": lambda own, *others: Fraction(1 + sum(other > own for other in others)),
    "rank_from_lowest": lambda own, *others: Fraction(1 + sum(other < own for other in others)),
}
_POOLING = ("sum", "mean")
_RANKING = ("rank_from_highest", "rank_from_lowest")

Number = Fraction | tuple[Fraction, ...]
Work = Callable[[Mapping[str, Number]], Fraction]
Terms = Callable[[Mapping[str, Number]], tuple[Fraction, ...]]


@dataclass(frozen=True)
class Arithmetic:
    """One piece of arithmetic, read and found harmless: `names` are what it wants to be given.

    `pooled` are `sum` or `mean` with the names that are taken together in it, written as a function or with `+`.
    """

    text: str
    names: tuple[str, ...]
    pooled: tuple[tuple[str, tuple[str, ...]], ...]
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
        pooled: list[tuple[str, tuple[str, ...]]] = []
        try:
            tree = ast.parse(written, mode="eval").body
            work = _read(tree, text=written, names=names, pooled=pooled)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            if isinstance(error, ArithmeticRefused):
                raise
            raise ArithmeticRefused(f"'{written}' is not arithmetic: {_MAY}") from error
        return cls(written, tuple(dict.fromkeys(names)), tuple(dict.fromkeys(pooled)), work)

    def value(self, names: Mapping[str, Number]) -> Fraction:
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


def _read(
    node: ast.expr, *, text: str, names: list[str], pooled: list[tuple[str, tuple[str, ...]]], depth: int = 1
) -> Work:
    """How to work out a part; adds to `names` and `pooled`. Raises ArithmeticRefused for what is no arithmetic."""
    if depth > DEEPEST:
        raise ArithmeticRefused(f"it has more than {DEEPEST} parts in one another; use sum(...) for many terms")
    read = partial(_read, text=text, names=names, pooled=pooled, depth=depth + 1)
    match node:
        case ast.Constant():
            number = _number(ast.get_source_segment(text, node) or "")
            return lambda _given: number
        case ast.Name() | ast.Attribute() if name := _name_of(node):
            names.append(name)
            return partial(_single, name=name)
        case ast.UnaryOp(op=sign) if type(sign) in _OPERATORS:
            return _applied(_OPERATORS[type(sign)], _alone(read(node.operand)))
        case ast.BinOp(op=sign) if type(sign) in _OPERATORS:
            if isinstance(sign, ast.Add | ast.Sub):
                pooled.append(("sum", _together(node)))
            return _applied(_OPERATORS[type(sign)], _alone(read(node.left)), _alone(read(node.right)))
        case ast.Call(func=ast.Name(id=function), keywords=[]) if _takes(function, number=len(node.args)):
            if function in _POOLING:
                pooled.append((function, _together(*node.args)))
            return _applied(FUNCTIONS[function], *_terms(node.args, function=function, read=read))
    raise ArithmeticRefused(f"'{ast.get_source_segment(text, node)}' may not stand in arithmetic: {_MAY}")


def _terms(arguments: list[ast.expr], *, function: str, read: Callable[[ast.expr], Work]) -> Iterator[Terms]:
    """What a function is given: a name may stand for several numbers, but not in round and not for the one that is ranked."""
    for at, argument in enumerate(arguments):
        work, name = read(argument), _name_of(argument)
        one = function == "round" or (function in _RANKING and at == 0)
        yield partial(_several, name=name) if name and not one else _alone(work)


def _together(*parts: ast.expr) -> tuple[str, ...]:
    """The names that are added up in parts as they are, or each with the same factor; none where they have weights."""
    found = [each for part in parts for each in _summands(part) if each[1] > 0]
    return tuple(name for name, _ in found) if len({factor for _, factor in found}) == 1 else ()


def _summands(node: ast.expr, factor: Fraction = Fraction(1)) -> Iterator[tuple[str, Fraction]]:
    """The names that are added up in a part, each with the written number that it is multiplied with."""
    match node:
        case ast.BinOp(op=ast.Add() | ast.Sub() as sign):
            yield from _summands(node.left, factor)
            yield from _summands(node.right, factor if isinstance(sign, ast.Add) else -factor)
        case ast.UnaryOp(op=ast.UAdd() | ast.USub() as sign):
            yield from _summands(node.operand, factor if isinstance(sign, ast.UAdd) else -factor)
        case ast.Call(func=ast.Name(id=function), args=terms) if function in (*_POOLING, "round"):
            for term in terms:
                yield from _summands(term, factor)
        case ast.BinOp(left=kept, op=ast.Mult(), right=ast.Constant(value=int() | float() as by)):
            yield from _summands(kept, factor * Fraction(str(by)))
        case ast.BinOp(left=ast.Constant(value=int() | float() as by), op=ast.Mult(), right=kept):
            yield from _summands(kept, factor * Fraction(str(by)))
        case ast.BinOp(left=kept, op=ast.Div(), right=ast.Constant(value=int() | float() as by)) if by:
            yield from _summands(kept, factor / Fraction(str(by)))
        case _ if name := _name_of(node):
            yield name, factor


def _name_of(node: ast.expr) -> str:
    """The name that a part is, empty where it is more than a name."""
    match node:
        case ast.Name(id=name) if name not in FUNCTIONS:
            return name
        case ast.Attribute() if _ASSUMPTION.fullmatch(ast.unparse(node)):
            return ast.unparse(node)
    return ""


def _single(given: Mapping[str, Number], *, name: str) -> Fraction:
    found = _several(given, name=name)
    if len(found) > 1:
        raise ArithmeticRefused(
            f"'{name}' is {len(found)} numbers: take one of them, as in mean({name}), sum({name}) or max({name})"
        )
    return found[0]


def _several(given: Mapping[str, Number], *, name: str) -> tuple[Fraction, ...]:
    found = given[name]
    return found if isinstance(found, tuple) else (found,)


def _alone(work: Work) -> Terms:
    return lambda given: (work(given),)


def _applied(work: Callable[..., Fraction], *parts: Terms) -> Work:
    return lambda given: work(*(term for part in parts for term in part(given)))


def _takes(function: str, *, number: int) -> bool:
    if function == "round":
        return 1 <= number <= 2
    return function in FUNCTIONS and number >= (2 if function in _RANKING else 1)


def _number(written: str) -> Fraction:
    if not _NUMBER.fullmatch(written):
        raise ArithmeticRefused(f"'{written}' is not a number: write 132350 or 6.62")
    if could_be_two_numbers(written):
        plain = written.replace(".", "")
        raise ArithmeticRefused(
            f"'{written}' could be {plain} or {written}0: arithmetic has no points between thousands, so write one of them"
        )
    return _bounded(Fraction(written))
