"""The form every layer of ours takes in Folium: a named drawing in the browser and its constant options."""

from __future__ import annotations

from typing import Any, ClassVar

from layers.folium_alone import JSCSSMixin, Template


class MapLayer(JSCSSMixin):
    """Calls `xunjie.addLayer(map, name, options)` in the browser.

    `options` says what the layer looks like (colours of both themes, widths in pixels at zoom 15, opacities). It never
    holds data or anything a user wrote: branca compiles templates on the server, so data travels as JSON by fetch.
    """

    layer_name: ClassVar[str]

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            xunjie.addLayer({{ this._parent.get_name() }}, {{ this.layer_name|tojson }}, {{ this.options|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, **options: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = type(self).__name__
        self._id = "xunjie"
        self.options = options


class StartPage(JSCSSMixin):
    """The last line of the map's script: hand the map over to the page."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            xunjie.start({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "StartPage"
        self._id = "xunjie"
