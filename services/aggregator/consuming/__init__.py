"""From events to rollups: what the aggregator does with each batch of the log."""
