import { filterLive, readFilters } from './live-filters.ts';
import { createMap } from './map.ts';
import type { MapData } from './map-types.ts';
import { createSelection } from './selection.ts';

const form = document.querySelector<HTMLFormElement>('#explore');
const element = document.getElementById('map');
if (form !== null && element !== null) {
  const selection = createSelection(form);
  const data = JSON.parse(element.dataset['map'] ?? '{}') as MapData;
  const map = createMap({ element, data, selection, filters: () => readFilters(form) });
  filterLive({ form, selection, onFiltered: map.refresh });
  selection.sync();
}
