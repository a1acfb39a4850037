"""The catalogue: tables as they ship and as a person adopts them; benefits, series breaks, units."""
