"""What writes documents in processes of their own. Their libraries are imported there only."""

from shared.children import MEGABYTE, Work

WRITE_PDF = Work(
    "services.intake.printing.pdf:write_pdf", seconds=30.0, memory_bytes=3_072 * MEGABYTE
)
"""Its threads reserve far more addresses than they use memory."""

WRITE_DOCX = Work(
    "services.intake.printing.word:write_docx", seconds=30.0, memory_bytes=1_024 * MEGABYTE
)
