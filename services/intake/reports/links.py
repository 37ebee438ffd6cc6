"""Where a report can be read."""

API = "/api/v1"


def report_links(report_id: int) -> dict[str, str]:
    """Addresses of a report, for programs and for people."""
    return {
        "report": f"{API}/reports/{report_id}",
        "versions": f"{API}/reports/{report_id}/versions",
        "events": f"{API}/reports/{report_id}/events",
        "page": f"/reports/{report_id}",
    }


def receipt_links(report_id: int, receipt_number: str) -> dict[str, str]:
    """Addresses of a receipt and of its report."""
    return {"receipt": f"{API}/receipts/{receipt_number}", **report_links(report_id)}
