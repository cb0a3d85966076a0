import { html } from 'htm/preact';
import type { VNode } from 'preact';

type Bar = { name: string; whole: number; part: number; text: string };

const WIDTH = 400;
const HEIGHT = 18;

/**
 * Bars to one scale, each the whole with the part of it inside. Every bar stands with its name and its numbers in words, so the
 * drawing itself is hidden from readers.
 */
export function barChart({ words, bars }: { words: { whole: string; part: string }; bars: readonly Bar[] }): VNode {
  const largest = Math.max(1, ...bars.map(({ whole, part }) => Math.max(whole, part)));
  const width = (value: number) => ((value / largest) * WIDTH).toFixed(2);
  return html`<div class="chart">
    <p class="chart-key"><span class="dot part"></span>${words.part} <span class="dot whole"></span>${words.whole}</p>
    <ul>
      ${bars.map(
        ({ name, whole, part, text }) =>
          html`<li>
            <span class="bar-name">${name}</span>
            <svg
              class="bar"
              viewBox=${`0 0 ${WIDTH} ${HEIGHT}`}
              preserveAspectRatio="none"
              aria-hidden="true"
              focusable="false"
            >
              <rect class="bar-ground" width=${WIDTH} height=${HEIGHT} />
              <rect class="bar-promised" width=${width(whole)} height=${HEIGHT} />
              <rect class="bar-delivered" width=${width(part)} height=${HEIGHT} />
            </svg>
            <span class="bar-text">${text}</span>
          </li>`,
      )}
    </ul>
  </div>`;
}
