"""One indicator over the periods, and over the organizations below a node."""
