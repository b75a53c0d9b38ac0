"""Sentences that stand beside their topic; ``scenarios.errors`` takes them all into its catalogue from here."""

from __future__ import annotations

from scenarios.compare_errors import SENTENCES as COMPARING
from scenarios.emergency.errors import SENTENCES as EMERGENCY
from scenarios.frequency.errors import SENTENCES as FREQUENCY
from scenarios.province_errors import SENTENCES as PROVINCE
from scenarios.siting.errors import SENTENCES as SITING
from scenarios.standing.errors import SENTENCES as STANDING
from scenarios.stress.errors import SENTENCES as STRESS
from scenarios.tier_errors import SENTENCES as TIERS
from scenarios.timetables.errors import SENTENCES as TIMETABLES
from scenarios.variants.cluster_errors import SENTENCES as CLUSTER
from scenarios.variants.errors import SENTENCES as VARIANTS

SENTENCES = (
    CLUSTER | COMPARING | EMERGENCY | FREQUENCY | PROVINCE | SITING | STANDING | STRESS | TIERS | TIMETABLES | VARIANTS
)
"""Code -> problem and remedy in Chinese, then in English."""
