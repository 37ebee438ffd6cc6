"""Drafts: what is typed before it is sent."""
