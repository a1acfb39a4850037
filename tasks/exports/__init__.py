"""Exports: marts and tables as files with their descriptions; `municipality/` has the workbook of one."""
