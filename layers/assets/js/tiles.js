// Foreign tiles as a basemap, moved from their datum to ours while they are drawn.
"use strict";

(function (x) {
  x.layerKinds.tiles = function (map, options) {
    const [lonShift, latShift] = options.shift_degrees;

    // Pixels between where the tiles show a place and where it is, at a zoom.
    function offset(zoom) {
      const centre = map.getCenter();
      const shifted = L.latLng(centre.lat + latShift, centre.lng + lonShift);
      return map.project(shifted, zoom).subtract(map.project(centre, zoom));
    }

    const inherited = L.TileLayer.prototype;
    const ShiftedTiles = L.TileLayer.extend({
      _getTiledPixelBounds(centre) {
        const bounds = inherited._getTiledPixelBounds.call(this, centre);
        const by = offset(this._tileZoom);
        return L.bounds(bounds.min.add(by), bounds.max.add(by));
      },
      _getTilePos(coordinates) {
        return inherited._getTilePos.call(this, coordinates).subtract(offset(this._tileZoom).round());
      },
    });

    const pane = map.createPane("tiles");
    pane.style.zIndex = 150;
    const layer = new ShiftedTiles(document.documentElement.dataset.tiles, { pane: "tiles", maxZoom: 18 });

    // Only once the map has its place: before that, every tile asked for would be for nothing.
    return { options, show: () => layer.addTo(map) };
  };
})(window.xunjie);
