"""How often villages are visited: policies, the goods that wait under them, and what service and cost come of it.

``policies`` says on which days, ``gather`` lets goods wait, ``choice`` lets periodic routing choose the days,
``study`` lays the days out as cells to be planned, ``planned`` reads the plans, and ``outcome`` measures.
"""
