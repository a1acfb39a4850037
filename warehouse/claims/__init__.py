"""Claims: the numbers somebody wrote in a paper, checked against arithmetic or the warehouse's figures.

Read `file` (what may be claimed) and `checking` (what becomes of it) first.
"""
