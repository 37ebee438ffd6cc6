"""The palette can be read: WCAG 2.2 contrast in light and dark, and states told apart by all.

Colour vision deficiency is simulated with the matrices of Machado, Oliveira and Fernandes (2009)
for full deficiency.
"""

import re
from itertools import combinations

import pytest

from shared.web.static_files import STATIC

TOKENS = (STATIC / "css" / "tokens.css").read_text("utf-8")
COLOUR = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")
_LIGHT, _DARK = TOKENS.split("@media (prefers-color-scheme: dark)")
LIGHT = dict(COLOUR.findall(_LIGHT))
THEMES = {"light": LIGHT, "dark": {**LIGHT, **dict(COLOUR.findall(_DARK))}}
TEXT_ON = [
    *[(ink, ground) for ink in ("ink", "ink-quiet") for ground in ("canvas", "surface", "sunken")],
    *[(ink, "hover") for ink in ("ink", "ink-quiet")],
    *[(link, ground) for link in ("accent", "bad") for ground in ("canvas", "surface")],
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("accent-strong", "accent-soft"),
    *[(state, f"{state}-soft") for state in ("neutral", "info", "waiting", "good", "caution")],
    ("bad", "bad-soft"),
    *[("ink", f"{state}-soft") for state in ("info", "good", "caution", "bad")],
]
EDGES_ON = [("line-strong", "surface"), ("line-strong", "canvas"), ("focus", "canvas")]
DEFICIENCIES = {
    "protanopia": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "deuteranopia": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "tritanopia": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}


def linear(colour: str) -> tuple[float, ...]:
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return tuple(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def seen(colour: str, matrix: tuple[tuple[float, ...], ...]) -> tuple[float, ...]:
    """The colour in CIELAB (D65), after the matrix."""
    rgb = linear(colour)
    r, g, b = (max(0.0, sum(m * c for m, c in zip(row, rgb, strict=True))) for row in matrix)
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT_ON)
def test_text_stands_out_from_its_ground(theme, ink, ground):
    assert contrast(THEMES[theme][ink], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("edge", "ground"), EDGES_ON)
def test_edges_of_controls_and_focus_can_be_seen(theme, edge, ground):
    assert contrast(THEMES[theme][edge], THEMES[theme][ground]) >= 3


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_states_that_call_for_different_acts_differ_for_every_eye(theme, deficiency):
    """Badges differ in words and marks too; this keeps their colours from saying the opposite."""
    matrix = DEFICIENCIES[deficiency]
    tones = {name: seen(THEMES[theme][name], matrix) for name in ("good", "bad", "info")}
    for one, other in combinations(tones, 2):
        distance = sum((a - b) ** 2 for a, b in zip(tones[one], tones[other], strict=True)) ** 0.5
        assert distance >= 10, (one, other, distance)
