"""The stand-in publisher: an HTTP server that speaks the statistics bank's v3 as its public answers show it.

Nothing in the product imports this package. It serves either a synthetic Denmark, a pure function of a seed and a
date, or a folder of editions with the day each was published. Its figures are invented, apart from the few a
municipality printed in its own papers (`anchors`).
"""
