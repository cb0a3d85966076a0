import type { AreaList } from '@ksbb/contracts';
import { orNull } from '../../services/call.ts';
import type { Services } from '../../services/clients.ts';
import { found, type Page } from '../../web/page.ts';
import { readFilters, registryFilter, writeFilters } from './filters.ts';
import type { MapSettings } from './map-panel.ts';
import { mainView } from './view.ts';

const PAGE_SIZE = 24;

type Deps = { registry: Services['registry']; map: MapSettings };

/** Whether a form has sent empty fields; then the page redirects to the shortest address. */
function hasEmptyFields(query: URLSearchParams): boolean {
  return [...query.values()].includes('');
}

const NO_AREAS: AreaList = { items: [] };

/** The main page: map, list, filters and selection. Its address holds the filters and the selection. */
export function mainPage({ registry, map }: Deps): Page {
  return {
    method: 'get',
    path: '/',
    handle: async (pageRequest) => {
      const filters = readFilters(pageRequest.query);
      if (hasEmptyFields(pageRequest.query)) return found(pageRequest.to('/', writeFilters(filters)));
      const [list, areas] = await Promise.all([
        registry.list(registryFilter(filters), { limit: PAGE_SIZE, cursor: filters.cursor }),
        registry.areas(),
      ]);
      return {
        kind: 'page',
        status: list.kind === 'unavailable' ? 503 : 200,
        title: pageRequest.texts.main.title,
        scripts: ['explore'],
        body: mainView(pageRequest, { filters, list: orNull(list), areas: orNull(areas) ?? NO_AREAS, map }),
      };
    },
  };
}
