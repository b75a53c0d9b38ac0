"""Ways to organise a county, planned on the same sampled days and put side by side.

    VARIANTS.toml --read_variants--> VariantSet --prepare--> Agenda of cells --carry_out--> Comparison
    a day x a variant --changed_day, parts_of_day--> parts, each a PlanCell; results in a Store by content hash

``scenarios.comparison`` makes means, intervals and changes of the measures.
"""

from __future__ import annotations
