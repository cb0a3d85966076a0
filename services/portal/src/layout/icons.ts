import type { PackageOfHelp } from '@ksbb/contracts';
import { html } from 'htm/preact';
import type { VNode } from 'preact';

const paths: Record<PackageOfHelp | 'pin' | 'arrow', string> = {
  goods: 'M3 7.5 12 3l9 4.500v9L12 21l-9-4.500zM3 7.500l9 4.5 9-4.500M12 12v9',
  capital: 'M3 6.500h18v11H3zM12 14.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM6.5 9.500v5M17.5 9.500v5',
  training: 'M2.5 9 12 4.5 21.5 9 12 13.500zM6.5 11v5.500c3 2.5 8 2.5 11 0V11M21.5 9v6',
  pin:
    'M12 21c-4-5-6.5-8.2-6.5-11.2a6.5 6.5 0 1 1 13 0C18.5 12.8 16 16 12 21z' +
    'M12 12a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z',
  arrow: 'M4 12h15M13 5.5 19.5 12 13 18.5',
};

function icon(name: keyof typeof paths): VNode {
  return html`<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
    <path
      d=${paths[name]}
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </svg>`;
}

export const packageIcon = (of: PackageOfHelp): VNode => icon(of);
export const pinIcon = (): VNode => icon('pin');
export const arrowIcon = (): VNode => icon('arrow');

/** The logo: two leaf-shaped hands that hold a stall's awning. Screen readers skip it; the name stands beside it. */
export function brandMark(): VNode {
  return html`<svg class="brand-mark" viewBox="0 0 40 40" width="40" height="40" aria-hidden="true" focusable="false">
    <rect width="40" height="40" rx="11" fill="#f4b32e" />
    <path
      d="M8 14.5 11 8h18l3 6.5v2.2a3.1 3.1 0 0 1-6 .9 3.1 3.1 0 0 1-6 0 3.1 3.1 0 0 1-6 0 3.1 3.1 0 0 1-6-.9z"
      fill="#0d4f4a"
    />
    <path
      d="M20 33.5C12 32 8.3 27.5 8 22.500c5.5.2 9.7 3.2 12 7.8 2.3-4.6 6.5-7.6 12-7.8-.3 5-4 9.5-12 11z"
      fill="#0d4f4a"
    />
  </svg>`;
}
