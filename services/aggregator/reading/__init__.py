"""What every answer of the aggregator is made from: a question, and rollups in one snapshot."""
