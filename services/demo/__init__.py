"""The demonstration: a real province with made-up figures, all in one process on one machine."""
