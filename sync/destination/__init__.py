"""Where a source's calls go, by which key, and whether that was found right."""
