"""The colours of the heat as a table of bytes, by the rule that the browser paints it by."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from layers.tokens import Theme, tokens


@cache
def heat_palette(theme: Theme) -> NDArray[np.uint8]:
    """Red, green, blue, alpha of each share of the cap, shape (256, 4); 0 is transparent, 255 the cap and more.

    A share stands at share ^ value_exponent of the ramp, as in assets/js/heat.js.
    """
    heat = tokens()["heat"]
    ramp = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in heat[theme]], np.float64)
    alpha = np.array(heat["alpha"], np.float64) * 255
    place = np.power(np.arange(256) / 255, heat["value_exponent"]) * (len(ramp) - 1)
    stops = np.arange(len(ramp))
    channels = [np.interp(place, stops, values) for values in (*ramp.T, alpha)]
    table = np.asarray(np.rint(np.stack(channels, axis=1)), np.uint8)
    table[0] = 0
    table.flags.writeable = False
    return table
