"""An emergency: roads are gone, villages are cut off, and what there is goes across the break, first things first.

``read`` reads the event file, ``areas`` finds who is cut off, ``crossing`` where goods may be carried over,
``county`` builds the day with relays and drones, ``priority`` weighs goods by class, ``answer`` plans and compares.
"""
