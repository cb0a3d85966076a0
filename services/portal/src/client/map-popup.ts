import type { ClusterMembers, MapData, Point } from './map-types.ts';
import type { Selection } from './selection.ts';

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.append(...children);
  return made;
}

function badges({ texts }: MapData, point: Point): HTMLElement {
  const needs = point.openNeeds.map((of) => element('span', `badge need ${of}`, texts.package[of]));
  const covered = needs.length === 0 ? [element('span', 'badge covered', texts.covered)] : [];
  const sample = point.origin === 'generated' ? [element('span', 'badge sample', texts.sample)] : [];
  return element('p', 'badges-row', ...needs, ...covered, ...sample);
}

function checkbox({ texts }: MapData, point: Point, selection: Selection): HTMLElement {
  const box = element('input', '');
  box.type = 'checkbox';
  box.checked = selection.has(point.msmeId);
  box.dataset['msme'] = point.msmeId;
  box.setAttribute('aria-label', texts.selectNamed.replace('{name}', point.name));
  box.addEventListener('change', () => {
    selection.toggle(point.msmeId, box.checked);
    box.checked = selection.has(point.msmeId);
  });
  return element('label', 'popup-pick', box, texts.select);
}

function profileLink(data: MapData, point: Point, selection: Selection): HTMLElement {
  const link = element('a', '', point.name);
  const query = new URLSearchParams(selection.ids().map((id) => ['msme', id]));
  link.href = `${data.msmePage}/${point.msmeId}${query.size === 0 ? '' : `?${query}`}`;
  return link;
}

/** One MSME in a popup, with a box to select it. It is made of nodes, so that no name is parsed as HTML. */
export function pointPopup(data: MapData, point: Point, selection: Selection): HTMLElement {
  const category = data.texts.category[point.category];
  return element(
    'div',
    'popup',
    element('h3', '', profileLink(data, point, selection)),
    element('p', 'meta', `${category} · ${point.area.kelurahan}, ${point.area.kecamatan}`),
    badges(data, point),
    checkbox(data, point, selection),
  );
}

/** The members of a cluster in a popup; `zoomIn` is undefined at the highest zoom level. */
export function clusterPopup(
  data: MapData,
  members: ClusterMembers,
  selection: Selection,
  zoomIn: (() => void) | undefined,
): HTMLElement {
  const { texts } = data;
  const items = members.items.map((point) =>
    element('li', '', profileLink(data, point, selection), badges(data, point), checkbox(data, point, selection)),
  );
  const rest = members.total - members.items.length;
  const popup = element(
    'div',
    'popup',
    element('h3', '', texts.clusterList.replace('{count}', String(members.total))),
    element('ul', 'popup-list', ...items),
  );
  if (rest > 0) popup.append(element('p', 'meta', texts.more.replace('{count}', String(rest))));
  if (zoomIn !== undefined) {
    const button = element('button', 'button quiet', texts.zoomIn);
    button.type = 'button';
    button.addEventListener('click', zoomIn);
    popup.append(button);
  }
  return popup;
}
