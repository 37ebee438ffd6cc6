"""The rules of periodic reporting: pure functions and frozen values, without input or output."""
