"""Official conversion tables: which old administrative units became which new ones."""
