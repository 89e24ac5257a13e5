"""A plan's messages -> Segment, a few requests in flight."""
