import type { MsmeCategory } from '@ksbb/contracts';
import { html } from 'htm/preact';
import type { VNode } from 'preact';

/** The drawing for each category, 96 by 96, with the colour of its background. */
const scenes: Record<MsmeCategory, { ground: string; drawing: () => VNode }> = {
  pasar: {
    ground: '#fde8c4',
    drawing: () =>
      html`<g>
        <path d="M18 44h60v32H18z" fill="#fff8ec" />
        <path
          d="M14 26h68l4 16a7.5 7.5 0 0 1-15 0 7.5 7.5 0 0 1-15.3 0 7.5 7.5 0 0 1-15.4 0 7.5 7.5 0 0 1-15.3 0
            A7.5 7.5 0 0 1 10 42z"
          fill="#d9512c"
        />
        <path d="M31 26h11l-1.7 16a7.5 7.5 0 0 1-15.3 0zM54 26h11l6 16a7.5 7.5 0 0 1-15.3 0z" fill="#fff8ec" />
        <path d="M22 60h52v16H22z" fill="#0d4f4a" />
        <g fill="#f4b32e"
          ><circle cx="31" cy="58" r="5" /><circle cx="41" cy="58" r="5" /><circle cx="36" cy="51" r="5"
        /></g>
        <g fill="#4f9d69"
          ><circle cx="56" cy="58" r="5" /><circle cx="66" cy="58" r="5" /><circle cx="61" cy="51" r="5"
        /></g>
      </g>`,
  },
  kuliner: {
    ground: '#fbdcd0',
    drawing: () =>
      html`<g>
        <path
          d="M36 34c-5-5 4-8 0-14M48 32c-5-5 4-8 0-14M60 34c-5-5 4-8 0-14"
          fill="none"
          stroke="#a9391b"
          stroke-width="3.5"
          stroke-linecap="round"
        />
        <path d="M16 46h64c0 17-11 29-32 29S16 63 16 46z" fill="#0d4f4a" />
        <path d="M20 46c4-9 15-9 19-4 5-7 16-7 20 0 6-4 14-2 17 4z" fill="#f4b32e" />
        <path d="M21 57h54l-2.5 6h-49z" fill="#fff8ec" />
        <path d="M36 75h24v5H36z" fill="#0a3f3b" />
      </g>`,
  },
  toko: {
    ground: '#d5ece6',
    drawing: () =>
      html`<g>
        <path d="M18 30h60v48H18z" fill="#fff8ec" />
        <path d="M14 20h68v14H14z" fill="#0d4f4a" />
        <path d="M24 25h48v4H24z" fill="#f4b32e" />
        <path d="M24 42h28v20H24z" fill="#9fd0c8" />
        <path d="M58 42h14v36H58z" fill="#d9512c" />
        <path d="M24 66h28v12H24z" fill="#e9d9bd" />
        <path d="M28 54h5v8h-5zM36 50h5v12h-5zM44 56h5v6h-5z" fill="#0d4f4a" />
        <circle cx="69" cy="61" r="1.8" fill="#fff8ec" />
      </g>`,
  },
  jasa: {
    ground: '#dfe4f6',
    drawing: () =>
      html`<g>
        <path d="M20 66h56v12H20z" fill="#33407d" />
        <path d="M30 66V46c0-6 4-9 9-9h22c3 0 5 2 5 5v5h-9v19z" fill="#fff8ec" />
        <path d="M30 66h27V54H30z" fill="#d9512c" />
        <path d="M61 47v13" stroke="#33407d" stroke-width="3" stroke-linecap="round" />
        <path d="M44 37V26h10v11z" fill="#f4b32e" />
        <circle cx="39" cy="60" r="3" fill="#fff8ec" />
        <path d="M20 66h56" stroke="#222c59" stroke-width="3" />
      </g>`,
  },
  kerajinan: {
    ground: '#f3dfe8',
    drawing: () =>
      html`<g>
        <path d="M39 18h18v6c0 6 17 13 17 30 0 15-9 24-26 24S22 69 22 54c0-17 17-24 17-30z" fill="#8c2f54" />
        <path d="M24 47c16 6 32 6 48 0 2 5 2 9 1 13-16 6-34 6-50 0-1-4-1-8 1-13z" fill="#f4b32e" />
        <path d="m31 55 4-5 4 5-4 5zM44 57l4-5 4 5-4 5zM57 55l4-5 4 5-4 5z" fill="#8c2f54" />
        <path d="M37 16h22v5H37z" fill="#6d2240" />
      </g>`,
  },
  lainnya: {
    ground: '#e6eed3',
    drawing: () =>
      html`<g>
        <path d="M30 42c0-12 8-20 18-20s18 8 18 20" fill="none" stroke="#6b4b1f" stroke-width="4" />
        <path d="M18 42h60l-6 34H24z" fill="#c98a3a" />
        <path d="M20 52h56M22 63h52M34 42l4 34M48 42v34M62 42l-4 34" stroke="#8f5d1f" stroke-width="2.5" />
        <path d="M15 38h66v7H15z" fill="#0d4f4a" />
      </g>`,
  },
};

/** A drawing of a kind of business, for an MSME without a photo. Without a `label`, screen readers skip it. */
export function categoryArt(category: MsmeCategory, label?: string): VNode {
  const { ground, drawing } = scenes[category];
  const accessibility = label === undefined ? { 'aria-hidden': 'true' } : { role: 'img', 'aria-label': label };
  return html`<svg class="art" viewBox="0 0 96 96" width="96" height="96" focusable="false" ...${accessibility}>
    <rect width="96" height="96" fill=${ground} />
    ${drawing()}
  </svg>`;
}
