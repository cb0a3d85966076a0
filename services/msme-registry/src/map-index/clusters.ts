import type { MapView } from '@ksbb/contracts';
import Supercluster, { type AnyProps, type PointFeature } from 'supercluster';
import type { MsmeTable } from './table.ts';

/** In pixels of a map whose world is 256 pixels wide at zoom 0. */
const RADIUS = 60;
const WORLD = 256;
/** At the zoom after this one every MSME is a point. */
const LAST_CLUSTERED_ZOOM = 17;
/** No screen is wider. A wider box is shown at a lower zoom. */
const MAX_VIEW_WIDTH = 4_096;
const MAX_FEATURES = 1_000;
/**
 * The ids of supercluster are below this for up to 4 million points: each is below 33 times the number of points plus
 * 19.
 */
const SUPERCLUSTER_IDS = 2 ** 27;
const FINGERPRINTS = 2 ** 26;

export type Box = { west: number; south: number; east: number; north: number };
type Cluster = MapView['clusters'][number];
type Feature = PointFeature<AnyProps>;

export type Clusters = {
  located: number;
  unlocated: number;
  view: (box: Box, zoom: number) => { clusters: Cluster[]; rows: number[] };
  /** Rows of a cluster. Null where the id is not of a cluster of this set of points. */
  members: (clusterId: number, limit: number, offset: number) => { rows: number[]; total: number } | null;
};

/** Gives the points one by one as the same object, because supercluster reads each at once and keeps none. */
function asFeatures({ columns }: MsmeTable, rows: Uint32Array): Feature[] {
  const points = {
    length: rows.length,
    *[Symbol.iterator]() {
      const coordinates = [0, 0];
      const feature = { type: 'Feature', id: 0, properties: null, geometry: { type: 'Point', coordinates } };
      for (const row of rows) {
        coordinates[0] = columns.lon[row] ?? 0;
        coordinates[1] = columns.lat[row] ?? 0;
        feature.id = row;
        yield feature;
      }
    },
  };
  return points as unknown as Feature[];
}

/**
 * Identifies a set of points. Replicas with the same MSMEs at the same places have the same fingerprint. It is FNV-1a,
 * written here because a library call for each of a million rows is slower.
 */
function fingerprintOf({ columns, keyOf }: MsmeTable, rows: Uint32Array): number {
  let bits = 0x811c9dc5;
  for (const row of rows) {
    const text = keyOf(row);
    for (let at = 0; at < text.length; at += 1) bits = Math.imul(bits ^ text.charCodeAt(at), 0x01000193);
    bits = Math.imul(bits ^ Math.round((columns.lon[row] ?? 0) * 1e6), 0x01000193);
    bits = Math.imul(bits ^ Math.round((columns.lat[row] ?? 0) * 1e6), 0x01000193);
  }
  return (bits ^ (bits >>> 16)) & (FINGERPRINTS - 1);
}

/** Near the equator a degree is as high as it is wide. */
function zoomThatShows({ west, south, east, north }: Box, zoom: number): number {
  const degrees = Math.max(east - west, north - south);
  return Math.max(0, Math.min(zoom, Math.floor(Math.log2((MAX_VIEW_WIDTH / WORLD) * (360 / degrees)))));
}

const isCluster = (feature: Feature) => feature.properties?.cluster === true;

/**
 * Clusters the rows that have a location, as the table is now. A cluster id begins with the fingerprint of the points.
 * So an id of another set, or from before a change, is recognised and never answered with other members.
 */
export function createClusters(table: MsmeTable, rows: Uint32Array): Clusters {
  const located = rows.filter(table.isLocated);
  const fingerprint = fingerprintOf(table, located);
  const index = new Supercluster({ radius: RADIUS, extent: WORLD, maxZoom: LAST_CLUSTERED_ZOOM }).load(
    asFeatures(table, located),
  );

  function featuresIn(box: Box, zoom: number): Feature[] {
    for (let at = zoomThatShows(box, zoom); ; at -= 1) {
      const features = index.getClusters([box.west, box.south, box.east, box.north], at);
      if (features.length <= MAX_FEATURES || at <= 0) return features;
    }
  }

  function toCluster({ id, properties, geometry: { coordinates } }: Feature): Cluster {
    const [lon = 0, lat = 0] = coordinates;
    return {
      lat,
      lon,
      clusterId: fingerprint * SUPERCLUSTER_IDS + Number(id),
      count: properties.point_count,
      expansionZoom: index.getClusterExpansionZoom(Number(id)),
    };
  }

  /** The number of members. Null where there is no such cluster. */
  function countOf(id: number): number | null {
    try {
      const children = index.getChildren(id);
      return children.reduce((sum, child) => sum + (isCluster(child) ? child.properties.point_count : 1), 0);
    } catch {
      return null;
    }
  }

  return {
    located: located.length,
    unlocated: rows.length - located.length,
    view: (box, zoom) => {
      const features = featuresIn(box, zoom);
      return {
        clusters: features.filter(isCluster).map(toCluster),
        rows: features.filter((feature) => !isCluster(feature)).map((feature) => Number(feature.id)),
      };
    },
    members: (clusterId, limit, offset) => {
      if (Math.floor(clusterId / SUPERCLUSTER_IDS) !== fingerprint) return null;
      const id = clusterId % SUPERCLUSTER_IDS;
      const total = countOf(id);
      return total === null ? null : { rows: index.getLeaves(id, limit, offset).map((leaf) => Number(leaf.id)), total };
    },
  };
}
