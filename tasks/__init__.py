"""What is done: the stages of the road, a module each (load_assumptions, plan, fetch, stage, audit, publish, derive).

Beside them what all share (resources, results, stoppages, child_processes), and folders for what a person does or the road
stands on.
"""
