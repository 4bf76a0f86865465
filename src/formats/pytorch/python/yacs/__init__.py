"""Settings, by yacs."""
