"""What is done with files in processes of their own. Their libraries are imported there only."""

from shared.children import MEGABYTE, Work

OPEN = Work(
    "services.intake.workbooks.opening:open_file", seconds=20.0, memory_bytes=1_024 * MEGABYTE
)
MARK = Work(
    "services.intake.workbooks.marking:mark_faults", seconds=30.0, memory_bytes=1_024 * MEGABYTE
)
