import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { MapData } from '../../client/map-types.ts';
import type { PageRequest } from '../../web/page.ts';

export type MapSettings = { tileUrl?: string | undefined; tileAttribution: string };

/** The data for the map's script. It is an attribute, because the content security policy allows no inline script. */
function mapData({ texts, language, to }: PageRequest, map: MapSettings): string {
  const data: MapData = {
    language,
    registry: '/api/msme-registry',
    msmePage: to('/msmes'),
    tileUrl: map.tileUrl ?? null,
    texts: {
      ...texts.mapScript,
      unlocated: texts.main.unlocated('{count}'),
      covered: texts.covered,
      sample: texts.origin.generated,
      package: texts.package,
      category: texts.category,
    },
  };
  return JSON.stringify(data);
}

/** The sources of the map. They stand below the map, because on it they would cover a phone's whole map. */
function attribution({ texts }: PageRequest, { tileUrl, tileAttribution }: MapSettings): VNode {
  const tiles = tileUrl === undefined || tileAttribution === '' ? '' : ` · ${tileAttribution}`;
  const others = ` · ${texts.footer.boundaries}${tiles} · `;
  return html`<p class="attribution">
    <a href="https://www.openstreetmap.org/copyright">${texts.footer.places}</a>${others}
    <a href="https://leafletjs.com">Leaflet</a>
  </p>`;
}

/** The place of the map, which a script fills. Without JavaScript, a note leads to the list. */
export function mapPanel(pageRequest: PageRequest, map: MapSettings): VNode {
  const { main } = pageRequest.texts;
  return html`<section class="map-panel" aria-labelledby="map-title">
    <h2 id="map-title" class="visually-hidden">${main.map}</h2>
    <noscript><p class="notice plain">${main.mapNeedsScript}</p></noscript>
    <div id="map" class="map" role="region" aria-label=${main.mapLabel} data-map=${mapData(pageRequest, map)}></div>
    <p id="map-status" class="map-status" role="status" hidden></p>
    <ul class="legend">
      <li><span class="dot needs"></span>${main.legendNeeds}</li>
      <li><span class="dot covered"></span>${main.legendCovered}</li>
      <li><span class="dot cluster"></span>${main.legendCluster}</li>
    </ul>
    <p id="map-unlocated" class="hint" hidden></p>
    ${attribution(pageRequest, map)}
  </section>`;
}
