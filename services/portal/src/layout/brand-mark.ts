import { html } from 'htm/preact';
import type { VNode } from 'preact';

/** The mark of the portal: two hands as leaves that hold a stall's awning. It says nothing the name beside it does not. */
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
