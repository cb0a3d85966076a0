import type * as contracts from '@ksbb/contracts';
import type * as leaflet from 'leaflet';
import type * as topojson from 'topojson-client';
import type { z } from 'zod';
import type { Texts } from '../i18n/id.ts';

/** The two libraries of the map are scripts of their own, so they are found on the window. */
type Libraries = { L: typeof leaflet; topojson: typeof topojson };

export const { L: Leaflet, topojson: Topojson } = globalThis as unknown as Libraries;

/** An MSME on the map. */
export type Point = contracts.MsmeSummary;
export type MapView = contracts.MapView;
export type Cluster = MapView['clusters'][number];
export type ClusterMembers = z.output<typeof contracts.clusterMembers>;
export type Position = { lat: number; lon: number };

/** What the page gives the map, in its `data-map`. */
export type MapData = {
  language: string;
  registry: string;
  msmePage: string;
  tileUrl: string | null;
  texts: Texts['mapScript'] & Pick<Texts, 'covered' | 'package' | 'category'> & { unlocated: string; sample: string };
};
