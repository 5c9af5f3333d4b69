"""The colours of heat: from pale yellow to deep blue, ever darker, so that it reads in grey and without red or green.

Björn Ottosson (2020), "A perceptual color space for image processing", gives the transform from OKLab.
"""

from __future__ import annotations

import math

LIGHT, DARK = (0.93, 0.11, 100.0), (0.28, 0.11, 265.0)
"""Lightness, chroma and hue in degrees of the least and the greatest heat: yellow, green, blue."""

INK, GREY, PALE = "#1d2733", "#5d6875", "#e4e8ec"
BETTER, WORSE, OPEN = "#0060a0", "#b34700", "#5d6875"
"""Of a verdict; each goes with its own mark and word."""


def heat_colour(share: float) -> str:
    """The colour `#rrggbb` of a share (0…1) of the way from light to dark."""
    lightness, chroma, hue = (light + share * (dark - light) for light, dark in zip(LIGHT, DARK, strict=True))
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _gamma(min(1.0, max(0.0, part)))):02x}" for part in linear)


def _gamma(linear: float) -> float:
    """The sRGB transfer function, IEC 61966-2-1."""
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055


def luminance(colour: str) -> float:
    """Relative luminance (0…1) of `#rrggbb`, as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
