"""Statistics Denmark's StatBank as far as we ask it: the API's GET forms, a population and recipients of benefits.

Shapes, error texts and the day of publication follow what public programs saw of the API (docs/sources/statbank.md).
Figures are invented, apart from the population of Herlev and of the country on each 1 January that is known.
"""
