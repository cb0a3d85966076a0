import { html } from 'htm/preact';
import type { VNode } from 'preact';

type Part = { kind: 'delivered' | 'promised'; value: number };

const WIDTH = 300;
const HEIGHT = 10;

/**
 * A bar of what came of a total, part beside part. The amounts stand in words beside it, so it is hidden from readers.
 * Drawn as SVG, as widths cannot be said in an inline style here.
 */
export function progressBar({ total, parts }: { total: number; parts: readonly Part[] }): VNode {
  const scale = total <= 0 ? 0 : WIDTH / total;
  let at = 0;
  const bars = parts.map(({ kind, value }) => {
    const width = Math.min(WIDTH - at, value * scale);
    const bar = html`<rect
      class=${`bar-${kind}`}
      x=${at.toFixed(2)}
      y="0"
      width=${width.toFixed(2)}
      height=${HEIGHT}
    />`;
    at += width;
    return bar;
  });
  return html`<svg
    class="progress"
    viewBox=${`0 0 ${WIDTH} ${HEIGHT}`}
    preserveAspectRatio="none"
    aria-hidden="true"
    focusable="false"
  >
    <rect class="bar-ground" x="0" y="0" width=${WIDTH} height=${HEIGHT} />
    ${bars}
  </svg>`;
}
