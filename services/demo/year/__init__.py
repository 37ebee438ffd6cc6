"""Two provinces over the reform of 01/07/2025: seven quarters and 21 months of made-up reports."""
