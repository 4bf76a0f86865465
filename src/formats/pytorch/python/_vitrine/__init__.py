"""Runs a workspace's model files and tells what it saw over one device. Nothing here knows shapes or JavaScript."""
