"""Forms, as browsers need them."""
