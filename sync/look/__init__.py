"""What a run would do and why, and what runs have done: looked at, not touched."""
