import type * as leaflet from 'leaflet';
import { addBoundaries, type Box } from './map-boundaries.ts';
import { clusterPopup, pointPopup } from './map-popup.ts';
import {
  type Cluster,
  type ClusterMembers,
  Leaflet,
  type MapData,
  type MapView,
  type Point,
  type Position,
} from './map-types.ts';
import type { Selection } from './selection.ts';

const JAKARTA: leaflet.LatLngTuple = [-6.2, 106.83];
const FIRST_ZOOM = 11;
const MAX_ZOOM = 18;
/** The members of a cluster up to this size are listed; a larger cluster is opened by zooming in. */
const LISTED_CLUSTER = 12;
const VIEW_KEY = 'ksbb-map-view';

/** The height of the zoom buttons with their distance from the edge, in pixels; popups stay above them. */
const ZOOM_BUTTONS_HEIGHT = 110;

const POINT_SIZE = 28;
/** The diameter of a cluster in pixels grows with the order of its count. */
const clusterSize = (count: number) => 36 + Math.min(24, Math.round(Math.log10(count) * 10));

type MapParts = { element: HTMLElement; data: MapData; selection: Selection; filters: () => URLSearchParams };

export type MapPanel = {
  /** Loads the points again after the filters have changed, and shows the chosen area if there is one. */
  refresh: () => void;
};

/** The filters as query parameters of the registry. */
function registryQuery(filters: URLSearchParams): URLSearchParams {
  const query = new URLSearchParams(filters);
  const kode = query.get('kelurahan') ?? query.get('kecamatan');
  query.delete('kelurahan');
  query.delete('kecamatan');
  if (kode !== null) query.set('kode', kode);
  return query;
}

async function json<T>(address: string, signal: AbortSignal): Promise<T> {
  const response = await fetch(address, { signal });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return (await response.json()) as T;
}

/** A marker that is a real button, for the keyboard and for screen readers. */
function buttonMarker(
  at: Position,
  look: { className: string; size: number; label: string; text: string },
  press: () => void,
): leaflet.Marker {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = look.className;
  button.title = look.label;
  button.setAttribute('aria-label', look.label);
  button.textContent = look.text;
  button.addEventListener('click', (event) => {
    event.stopPropagation();
    press();
  });
  const icon = Leaflet.divIcon({ className: 'marker', html: button, iconSize: [look.size, look.size] });
  return Leaflet.marker([at.lat, at.lon], { icon, keyboard: false });
}

function baseMap(element: HTMLElement, { texts, tileUrl }: MapData): leaflet.Map {
  const map = Leaflet.map(element, {
    zoomControl: false,
    zoomSnap: 0.5,
    minZoom: 9,
    maxZoom: MAX_ZOOM,
    maxBounds: [
      [-7, 105.8],
      [-4.9, 107.6],
    ],
    attributionControl: false,
  });
  Leaflet.control
    .zoom({ position: 'bottomright', zoomInTitle: texts.zoomInControl, zoomOutTitle: texts.zoomOut })
    .addTo(map);
  if (tileUrl !== null) Leaflet.tileLayer(tileUrl, { maxZoom: MAX_ZOOM }).addTo(map);
  const saved = (sessionStorage.getItem(VIEW_KEY) ?? '').split(',').map(Number);
  const [lat, lon, zoom] = saved;
  if (saved.length === 3 && lat !== undefined && lon !== undefined && zoom !== undefined) map.setView([lat, lon], zoom);
  else map.setView(JAKARTA, FIRST_ZOOM);
  return map;
}

/** The map: the boundaries, with the clusters and points of the current view and filters. */
export function createMap({ element, data, selection, filters }: MapParts): MapPanel {
  const { texts, registry } = data;
  const remembered = sessionStorage.getItem(VIEW_KEY) !== null;
  const map = baseMap(element, data);
  const layer = Leaflet.layerGroup().addTo(map);
  const status = document.getElementById('map-status');
  const unlocated = document.getElementById('map-unlocated');
  const number = new Intl.NumberFormat(data.language === 'id' ? 'id-ID' : 'en-GB');
  const boundaries = addBoundaries(map, `${registry}/boundaries`);
  let shownArea: string | undefined;
  let running: AbortController | undefined;

  const say = (text: string) => {
    if (status === null) return;
    status.textContent = text;
    status.hidden = text === '';
  };

  function openPopup(at: Position, content: HTMLElement): void {
    Leaflet.popup({ maxWidth: 300, minWidth: 220, maxHeight: 300, autoPanPaddingBottomRight: [5, ZOOM_BUTTONS_HEIGHT] })
      .setLatLng([at.lat, at.lon])
      .setContent(content)
      .openOn(map);
    element.querySelector('.leaflet-popup-close-button')?.setAttribute('aria-label', texts.close);
    content.querySelector('input')?.focus({ preventScroll: true });
  }

  function zoomTo(cluster: Cluster): void {
    map.closePopup();
    map.setView([cluster.lat, cluster.lon], Math.min(MAX_ZOOM, Math.max(cluster.expansionZoom, map.getZoom() + 1)));
    element.focus({ preventScroll: true });
  }

  async function openCluster(cluster: Cluster): Promise<void> {
    const canZoom = map.getZoom() < MAX_ZOOM && cluster.expansionZoom <= MAX_ZOOM;
    if (canZoom && cluster.count > LISTED_CLUSTER) return zoomTo(cluster);
    const query = registryQuery(filters());
    query.set('limit', '50');
    try {
      const members = await json<ClusterMembers>(
        `${registry}/map/clusters/${cluster.clusterId}/members?${query}`,
        AbortSignal.timeout(5_000),
      );
      return openPopup(cluster, clusterPopup(data, members, selection, canZoom ? () => zoomTo(cluster) : undefined));
    } catch {
      // the id of a cluster becomes invalid when an MSME in it is added, removed or moved
      return void load();
    }
  }

  function clusterMarker(cluster: Cluster): leaflet.Marker {
    const count = number.format(cluster.count);
    const size = clusterSize(cluster.count);
    const label = texts.cluster.replace('{count}', count);
    const step = cluster.count < 10 ? 'few' : cluster.count < 100 ? 'some' : 'many';
    return buttonMarker(
      cluster,
      { className: `cluster ${step}`, size, label, text: count },
      () => void openCluster(cluster),
    );
  }

  function pointMarker(point: Point, at: Position): leaflet.Marker {
    const state = point.openNeeds.length > 0 ? 'needs' : 'covered';
    const marker = buttonMarker(
      at,
      { className: `point ${state}`, size: POINT_SIZE, label: point.name, text: '' },
      () => openPopup(at, pointPopup(data, point, selection)),
    );
    marker.on('add', () => {
      const button = marker.getElement()?.querySelector('button');
      if (button === null || button === undefined) return;
      button.dataset['msme'] = point.msmeId;
      button.classList.toggle('selected', selection.has(point.msmeId));
    });
    return marker;
  }

  /** The boxes of the markers, which names must not overlap. */
  function markerBoxes({ clusters, points }: MapView): Box[] {
    const box = (at: Position, size: number) => {
      const { x, y } = map.latLngToContainerPoint([at.lat, at.lon]);
      return { x, y, halfWidth: size / 2, halfHeight: size / 2 };
    };
    return [
      ...clusters.map((cluster) => box(cluster, clusterSize(cluster.count))),
      ...points.flatMap(({ location }) => (location === null ? [] : [box(location, POINT_SIZE)])),
    ];
  }

  function draw(view: MapView): void {
    layer.clearLayers();
    void boundaries.then(({ showNames }) => showNames(markerBoxes(view)));
    for (const cluster of view.clusters) clusterMarker(cluster).addTo(layer);
    for (const point of view.points) if (point.location !== null) pointMarker(point, point.location).addTo(layer);
    if (unlocated === null) return;
    unlocated.textContent = texts.unlocated.replace('{count}', number.format(view.unlocated));
    unlocated.hidden = view.unlocated === 0;
  }

  async function load(): Promise<void> {
    running?.abort();
    running = new AbortController();
    const box = map.getBounds();
    const query = registryQuery(filters());
    query.set(
      'bbox',
      [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()].map((degrees) => degrees.toFixed(5)).join(','),
    );
    query.set('zoom', String(Math.floor(map.getZoom())));
    try {
      draw(await json<MapView>(`${registry}/map?${query}`, running.signal));
      say('');
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'AbortError')) say(texts.away);
    }
  }

  async function showArea(first: boolean): Promise<void> {
    const chosen = filters().get('kelurahan') ?? filters().get('kecamatan') ?? undefined;
    if (first ? chosen === undefined && remembered : chosen === shownArea) return;
    shownArea = chosen;
    map.fitBounds((await boundaries).boundsOf(chosen), { animate: false, padding: [8, 8] });
  }

  map.on('moveend', () => {
    const { lat, lng } = map.getCenter();
    sessionStorage.setItem(VIEW_KEY, [lat.toFixed(5), lng.toFixed(5), map.getZoom()].join(','));
    void load();
  });
  selection.onChange(() => {
    for (const box of element.querySelectorAll<HTMLInputElement>('input[data-msme]'))
      box.checked = selection.has(box.dataset['msme'] ?? '');
    for (const button of element.querySelectorAll<HTMLElement>('button.point'))
      button.classList.toggle('selected', selection.has(button.dataset['msme'] ?? ''));
  });
  boundaries.catch(() => say(texts.away));
  void load();
  void showArea(true);
  return {
    refresh: () => {
      map.closePopup();
      void load();
      void showArea(false);
    },
  };
}
