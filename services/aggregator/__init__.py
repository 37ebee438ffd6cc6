"""The aggregator: rolls reports up the tree, and serves indicators and dashboards."""
