"""Who has to sign off what follows from the tree, the form and the ladder of the cut-off."""

import pytest

from shared.catalogue.aggregates import AggregateDuty, aggregate_duties
from shared.catalogue.catalogue import Catalogue
from shared.domain.identifiers import FormCode, PeriodCode, RegimeCode
from shared.domain.time import day_before
from tests.factories.packs import catalogue_of, demo_packs

FORM = FormCode("II.06a/VPCP/KSTT")


@pytest.fixture(scope="module")
def known() -> Catalogue:
    return catalogue_of(demo_packs())


def _duties(known: Catalogue, regime: str, period: str) -> tuple[AggregateDuty, ...]:
    province = next(each for each in known.organizations if each.code == "70")
    return aggregate_duties(
        known,
        regime=RegimeCode(regime),
        form=FORM,
        period=PeriodCode(period),
        province_id=province.id,
    )


def test_districts_and_the_province_sign_off_a_quarter_by_their_own_days(known: Catalogue) -> None:
    duties = _duties(known, "VPCP-KSTT", "2025-Q2")

    last_days = {each.organization.level: day_before(each.deadline).isoformat() for each in duties}
    assert len(duties) == 12
    assert last_days == {"district": "2025-06-19", "province": "2025-06-23"}


@pytest.mark.parametrize(
    ("regime", "period"),
    [
        pytest.param("VPCP-KSTT", "2025-06", id="a period that the regime does not ask"),
        pytest.param("VPCP-KSTT", "2030-Q1", id="after the regime"),
        pytest.param("UNKNOWN", "2025-Q2", id="no such regime"),
        pytest.param("VPCP-KSTT-DX", "2025-05-01--2025-05-31", id="asked once, without a ladder"),
    ],
)
def test_nobody_signs_off_what_is_not_asked_step_by_step(
    known: Catalogue, regime: str, period: str
) -> None:
    assert _duties(known, regime, period) == ()
