import type { PartnerKind } from '../partners/define-partner.ts';
import type { CallbackSubject } from './callback-conformance.ts';
import type { Sandbox } from './sandbox.ts';

/** The partner's own side, on which a test can look and act. */
export type PartnerSide = Pick<Sandbox, 'url' | 'fault' | 'repay' | 'writeOff' | 'contracts' | 'sign' | 'stop'>;

/** `impostor`: with credentials that the partner does not know; `rotated`: with a new secret before the one that the partner signs with. */
export type Credentials = 'agreed' | 'impostor' | 'rotated';

export type Subject = CallbackSubject & {
  kind: PartnerKind;
  /** The settings of the adapter, against a partner at this address. */
  environment: (partnerUrl: string, credentials: Credentials) => Record<string, string>;
  hasFeed: boolean;
  /** Starts the partner; the sandbox unless said otherwise. */
  start?: (callbackUrl: string) => Promise<PartnerSide>;
};
