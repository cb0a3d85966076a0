import type { FeatureCollection, MultiPolygon } from 'geojson';
import type * as leaflet from 'leaflet';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { Leaflet, Topojson } from './map-types.ts';

type AreaProperties = { kode: string; nama: string; luas_km2: number; label_lon: number; label_lat: number };

/** A rectangle on the map in pixels, with its centre, that a marker or a name covers. */
export type Box = { x: number; y: number; halfWidth: number; halfHeight: number };
type Boundaries = Topology<{
  kelurahan: GeometryCollection<AreaProperties>;
  kecamatan: GeometryCollection<AreaProperties>;
}>;

/** From the first zoom level on, the map names kecamatan; from the second on, kelurahan. */
const KECAMATAN_NAMES_FROM = 11;
const KELURAHAN_NAMES_FROM = 14;
/** Kepulauan Seribu is far out in the sea, so the first view shows the five cities without it. */
const ISLANDS = '31.01';

export type BoundaryLayer = {
  /** Shows the names of areas that overlap neither each other nor the markers; the largest areas first. */
  showNames: (markers: readonly Box[]) => void;
  /** The bounds of an area by its code; without a code, of the five cities. */
  boundsOf: (kode: string | undefined) => leaflet.LatLngBounds;
};

const NAME_HEIGHT = 16;
const LETTER_WIDTH = 6.4;

const overlap = (one: Box, other: Box) =>
  Math.abs(one.x - other.x) < one.halfWidth + other.halfWidth &&
  Math.abs(one.y - other.y) < one.halfHeight + other.halfHeight;

function label(kind: 'kecamatan' | 'kelurahan', { nama, label_lat, label_lon }: AreaProperties): leaflet.Marker {
  const name = document.createElement('span');
  name.textContent = nama;
  const icon = Leaflet.divIcon({ className: `map-label ${kind}`, html: name, iconSize: [120, 16] });
  const marker = Leaflet.marker([label_lat, label_lon], { icon, interactive: false, keyboard: false, pane: 'labels' });
  marker.on('add', () => marker.getElement()?.setAttribute('aria-hidden', 'true'));
  return marker;
}

/** Draws the kelurahan and the borders of the kecamatan. @throws if the boundaries cannot be loaded */
export async function addBoundaries(map: leaflet.Map, address: string): Promise<BoundaryLayer> {
  const topology = (await (await fetch(address)).json()) as Boundaries;
  const { kelurahan, kecamatan } = topology.objects;
  const areas = Topojson.feature(topology, kelurahan) as FeatureCollection<MultiPolygon, AreaProperties>;
  map.createPane('labels');
  Leaflet.geoJSON(areas, { interactive: false, style: { className: 'area' } }).addTo(map);
  Leaflet.geoJSON(Topojson.mesh(topology, kecamatan), { interactive: false, style: { className: 'border' } }).addTo(
    map,
  );

  const bySize = (geometries: { properties?: unknown }[]) =>
    geometries
      .map(({ properties }) => properties as AreaProperties)
      .sort((one, other) => other.luas_km2 - one.luas_km2);
  const names = { kecamatan: bySize(kecamatan.geometries), kelurahan: bySize(kelurahan.geometries) };
  const layer = Leaflet.layerGroup().addTo(map);
  const showNames = (markers: readonly Box[]) => {
    layer.clearLayers();
    const zoom = map.getZoom();
    if (zoom < KECAMATAN_NAMES_FROM) return;
    const kind = zoom < KELURAHAN_NAMES_FROM ? 'kecamatan' : 'kelurahan';
    const view = map.getBounds();
    const covered = [...markers];
    for (const area of names[kind]) {
      if (!view.contains([area.label_lat, area.label_lon])) continue;
      const { x, y } = map.latLngToContainerPoint([area.label_lat, area.label_lon]);
      const box = { x, y, halfWidth: (area.nama.length * LETTER_WIDTH) / 2, halfHeight: NAME_HEIGHT / 2 };
      if (covered.some((other) => overlap(box, other))) continue;
      covered.push(box);
      label(kind, area).addTo(layer);
    }
  };

  return {
    showNames,
    boundsOf: (kode) => {
      const inside = (code: string) =>
        kode === undefined ? !code.startsWith(`${ISLANDS}.`) : code === kode || code.startsWith(`${kode}.`);
      return Leaflet.geoJSON({
        ...areas,
        features: areas.features.filter(({ properties }) => inside(properties.kode)),
      } as FeatureCollection).getBounds();
    },
  };
}
