"""What Segment has confirmed, what is on its way, and who may write it."""
