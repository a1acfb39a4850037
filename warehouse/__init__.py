"""What things are: catalogue, schema, versions, assumptions, formulas, figures, marts, and their SQL."""
