"""How a plan stands up to days that go otherwise: travel times, late goods, breakdowns."""
