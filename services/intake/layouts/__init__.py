"""An Excel layout of a form, read as a first draft of its YAML."""
