"""A municipality's own tables: a CSV or XLSX file beside a small contract that says what stands in it."""
