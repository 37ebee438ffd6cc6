"""Names for the identifiers and codes that cross function boundaries.

Identifiers are surrogate numbers given by the database and never reused. Codes are text given by
the outside world: they keep leading zeros, and an organization's code may come to mean another
organization from some date on, so a code is resolved by date and never stored as identity.
"""

from typing import NewType

OrganizationId = NewType("OrganizationId", int)
ReportId = NewType("ReportId", int)
ObligationId = NewType("ObligationId", int)
AccountId = NewType("AccountId", int)

OrganizationCode = NewType("OrganizationCode", str)
RegimeCode = NewType("RegimeCode", str)
FormCode = NewType("FormCode", str)
RowCode = NewType("RowCode", str)
ColumnCode = NewType("ColumnCode", str)
IndicatorCode = NewType("IndicatorCode", str)
PeriodCode = NewType("PeriodCode", str)
