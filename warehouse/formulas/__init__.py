"""Formulas: the arithmetic of every figure, as pure functions over frames, by theme.

A formula takes a frame with its inputs as columns and gives the same rows, in their order, with the results beside them.
Beside an input `x` may stand `x_status`; beside a result `y` always stands `y_status`. A result is there if and only if
all it rests on was observed: otherwise it is null, never zero, and its status says why.
"""
