"""Known then, known now: figures as of any moment, and why they have changed since."""
