"""Why a figure changed: every act between two moments, and what it moved."""
