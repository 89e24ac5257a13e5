"""What has changed -> a plan: guarded, kept before the first call, closed at last."""
