"""The workbook and pictures of one municipality, a module for each kind of sheet."""
