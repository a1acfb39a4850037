"""Every formula gives, in its own example, the number that a paper has."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest

from warehouse import formulas

MODULES = [
    importlib.import_module(f"{formulas.__name__}.{found.name}") for found in pkgutil.iter_modules(formulas.__path__)
]

WITHOUT_A_NUMBER = {"hide_small"}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_examples_hold(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_each_formula_has_an_example(module: ModuleType) -> None:
    written = {name: found for name, found in vars(module).items() if inspect.isfunction(found)}
    formulas_of = {
        name
        for name, found in written.items()
        if found.__module__ == module.__name__ and not name.startswith("_") and "statuses" not in module.__name__
    }
    examples = {test.name.rpartition(".")[2] for test in doctest.DocTestFinder().find(module) if test.examples}
    assert formulas_of - examples <= WITHOUT_A_NUMBER
