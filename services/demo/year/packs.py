"""The packs of the year's world."""

PACKS_OF_THE_YEAR = (
    "organizations/binh-phuoc-2025",
    "organizations/dong-nai-until-2025",
    "organizations/dong-nai-2025",
    "organizations/dong-nai-lineage-2025",
    "organizations/departments-binh-phuoc-2025",
    "organizations/departments-dong-nai-until-2025",
    "organizations/departments-dong-nai-2025",
    "organizations/departments-lineage-2025",
    "calendars/vietnam",
    "regimes/vpcp-kstt-ii06a",
    "regimes/socio-economic-monthly",
    "regimes/on-request",
    "chains/dong-nai-2025",
)
