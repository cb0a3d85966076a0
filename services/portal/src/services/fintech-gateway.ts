import { fundChain, loanList } from '@ksbb/contracts';
import type { Call } from './call.ts';

export type GatewayClient = ReturnType<typeof createGatewayClient>;

/** What the portal asks of the fintech gateway. */
export function createGatewayClient(call: Call) {
  return {
    loans: (collaborationId: string) => call({ path: `/collaborations/${collaborationId}/loans`, answer: loanList }),
    chain: (loanId: string) => call({ path: `/fund/chain/${loanId}`, answer: fundChain }),
  };
}
