"""Receives, rolls up and chases: the three services, and the command line that runs them."""
