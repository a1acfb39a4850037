"""`python -m tests.contract`: write down what was added to the marts."""

from tests.contract import main

main()
