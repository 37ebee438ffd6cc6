"""The reporting regimes in force on a day: who owes what to whom, how often and by when."""
