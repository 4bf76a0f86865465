"""What is left of distutils: its versions."""
