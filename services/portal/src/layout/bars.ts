import { html } from 'htm/preact';
import type { VNode } from 'preact';

type Part = { kind: 'delivered' | 'promised'; value: number };

const PROGRESS_WIDTH = 300;
const PROGRESS_HEIGHT = 10;

/**
 * A bar with the parts of a total side by side. Screen readers skip it, because the amounts stand beside it as text.
 * It is SVG, because the content security policy allows no inline style for the widths.
 */
export function progressBar({ total, parts }: { total: number; parts: readonly Part[] }): VNode {
  const scale = total <= 0 ? 0 : PROGRESS_WIDTH / total;
  let x = 0;
  const bars = parts.map(({ kind, value }) => {
    const width = Math.min(PROGRESS_WIDTH - x, value * scale);
    const position = { x: x.toFixed(2), width: width.toFixed(2) };
    x += width;
    return html`<rect class=${`bar-${kind}`} y="0" height=${PROGRESS_HEIGHT} ...${position} />`;
  });
  return html`<svg
    class="progress"
    viewBox=${`0 0 ${PROGRESS_WIDTH} ${PROGRESS_HEIGHT}`}
    preserveAspectRatio="none"
    aria-hidden="true"
    focusable="false"
  >
    <rect class="bar-ground" x="0" y="0" width=${PROGRESS_WIDTH} height=${PROGRESS_HEIGHT} />
    ${bars}
  </svg>`;
}

export type Chart = {
  words: { whole: string; part: string };
  /** How the amounts are written. */
  write: (value: number) => string;
  bars: readonly { name: string; whole: number; part: number }[];
};

const BAR_WIDTH = 400;
const BAR_HEIGHT = 18;

/**
 * Bars on one scale, each with the part inside the whole. Screen readers skip the bars, because name and numbers stand
 * beside each as text.
 */
export function barChart({ words, write, bars }: Chart): VNode {
  const largest = Math.max(1, ...bars.map(({ whole, part }) => Math.max(whole, part)));
  const width = (value: number) => ((value / largest) * BAR_WIDTH).toFixed(2);
  return html`<div class="chart">
    <p class="chart-key"><span class="dot part"></span>${words.part} <span class="dot whole"></span>${words.whole}</p>
    <ul>
      ${bars.map(
        ({ name, whole, part }) =>
          html`<li>
            <span class="bar-name">${name}</span>
            <svg
              class="bar"
              viewBox=${`0 0 ${BAR_WIDTH} ${BAR_HEIGHT}`}
              preserveAspectRatio="none"
              aria-hidden="true"
              focusable="false"
            >
              <rect class="bar-ground" width=${BAR_WIDTH} height=${BAR_HEIGHT} />
              <rect class="bar-promised" width=${width(whole)} height=${BAR_HEIGHT} />
              <rect class="bar-delivered" width=${width(part)} height=${BAR_HEIGHT} />
            </svg>
            <span class="bar-text">${write(part)} / ${write(whole)}</span>
          </li>`,
      )}
    </ul>
  </div>`;
}
