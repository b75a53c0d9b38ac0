"""How a county's plan stands up to days that go otherwise than planned, and what it costs to be surer."""
