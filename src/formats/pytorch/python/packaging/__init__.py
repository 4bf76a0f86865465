"""Versions, which model files ask for to choose between ways of writing the same."""
