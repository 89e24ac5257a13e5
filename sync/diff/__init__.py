"""The model beside the confirmed rows -> what has changed, as one query."""
