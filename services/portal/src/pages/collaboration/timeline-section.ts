import { type CollaborationView, type PackageOfHelp, packageOfHelp, partner, trainingTopic } from '@ksbb/contracts';
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { hasText } from '../../i18n/language.ts';
import { lineName, partnerName } from '../../layout/needs.ts';
import { notice } from '../../layout/parts.ts';
import type { PageRequest } from '../../web/page.ts';
import type { Loaded } from './load.ts';

type Data = Record<string, unknown>;

const asNumber = (value: unknown) => (typeof value === 'number' ? value : undefined);

/** The amount in an event, and the package that gives its unit. */
function amountOf(data: Data): { of: PackageOfHelp; value: number } | undefined {
  const rupiah = asNumber(data['amountRupiah']);
  if (rupiah !== undefined) return { of: 'capital', value: rupiah };
  const attended = asNumber(data['attended']);
  if (attended !== undefined) return { of: 'training', value: attended };
  const value = asNumber(data['quantity']) ?? asNumber(data['confirmedAmount']) ?? asNumber(data['releasedAmount']);
  return value === undefined ? undefined : { of: packageOfHelp.safeParse(data['package']).data ?? 'goods', value };
}

/** One event as a sentence. An event that the portal does not know gets a general sentence. */
export function describeEvent(
  { texts, format }: Pick<PageRequest, 'texts' | 'format'>,
  event: string,
  data: Data,
  lines: CollaborationView['lines'],
): string {
  const words = texts.collaboration.timeline;
  if (!hasText(words.events, event)) return words.other;
  const line = lines.find(({ lineId }) => lineId === data['lineId']);
  const amount = amountOf(data);
  const total = asNumber(data['repaidRupiah']);
  const named = partner.safeParse(data['partner']).data;
  const topic = trainingTopic.safeParse(data['topic']).data;
  return words.events[event]({
    line: line === undefined ? '' : `${lineName(texts, line)}, ${line.msmeName}`,
    amount: amount === undefined ? '' : format.amount(amount.of, amount.value),
    total: total === undefined ? '' : format.rupiah(total),
    partner: named === undefined ? '' : partnerName(texts, named),
    topic: topic === undefined ? '' : texts.topic[topic],
  });
}

/** The events of a collaboration, oldest first. */
export function timelineSection(pageRequest: PageRequest, { timeline, collaboration }: Loaded): VNode {
  const words = pageRequest.texts.collaboration.timeline;
  const entries = timeline?.entries ?? [];
  return html`<section id="timeline" aria-labelledby="timeline-title">
    <h2 id="timeline-title">${words.title}</h2>
    ${timeline === null ? notice('bad', words.away) : null}
    ${timeline !== null && entries.length === 0 ? html`<p class="hint">${words.none}</p>` : null}
    <ol class="timeline">
      ${entries.map(
        ({ event, time, data }) =>
          html`<li class=${`event ${event}`}>
            <time datetime=${time}>${pageRequest.format.dateTime(time)}</time>
            <span>${describeEvent(pageRequest, event, data, collaboration.lines)}</span>
          </li>`,
      )}
    </ol>
  </section>`;
}
