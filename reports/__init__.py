"""What people ask of the models: questions answered in the warehouse, read only."""
