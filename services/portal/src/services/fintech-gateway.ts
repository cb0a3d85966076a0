import { fundChain, loanList } from '@ksbb/contracts';
import type { Call } from './call.ts';

export type GatewayClient = ReturnType<typeof createGatewayClient>;

/** What the portal asks of the fintech gateway. */
export function createGatewayClient(call: Call) {
  return {
    /** With the donor's token, also where a contract is signed. */
    loans: (collaborationId: string, bearer?: string) =>
      call({ path: `/collaborations/${collaborationId}/loans`, bearer, answer: loanList }),
    chain: (loanId: string) => call({ path: `/fund/chain/${loanId}`, answer: fundChain }),
  };
}
