"""A changed row -> the message that Segment receives, or why there is none."""
