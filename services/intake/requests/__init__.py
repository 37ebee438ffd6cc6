"""Reports that somebody asks for once: thematic and ad hoc."""
