import type * as leaflet from 'leaflet';
import type * as topojson from 'topojson-client';

/** The two libraries of the map come as scripts of their own and are found on the window. */
type Libraries = { L: typeof leaflet; topojson: typeof topojson };

export const { L: Leaflet, topojson: Topojson } = globalThis as unknown as Libraries;

export type PackageName = 'goods' | 'capital' | 'training';

/** An MSME as the registry's map and cluster answers give it. */
export type Point = {
  msmeId: string;
  name: string;
  category: string;
  origin: string;
  location: { lat: number; lon: number } | null;
  area: { kelurahan: string; kecamatan: string };
  openNeeds: PackageName[];
};

export type Cluster = { lat: number; lon: number; clusterId: number; count: number; expansionZoom: number };

export type MapView = { clusters: Cluster[]; points: Point[]; unlocated: number; total: number };

/** What the page tells the map, in its `data-map`. */
export type MapData = {
  language: string;
  registry: string;
  msmePage: string;
  tileUrl: string | null;
  texts: {
    cluster: string;
    clusterList: string;
    zoomIn: string;
    zoomInControl: string;
    zoomOut: string;
    detail: string;
    select: string;
    selectNamed: string;
    away: string;
    more: string;
    close: string;
    unlocated: string;
    covered: string;
    sample: string;
    package: Record<PackageName, string>;
    category: Record<string, string>;
  };
};
