import type { Partner } from '@ksbb/contracts';
import type { Log } from '@ksbb/service-kit';
import { decide, type LoanRefusal } from './core/decide.ts';
import type { Fact } from './core/partner-reports.ts';
import type { Malformed } from '../partners/partner.ts';
import type { Loans } from './stores/loans.ts';
import type { SetAside, SetAsideStore } from './stores/quarantine.ts';

type Message = { deliveryId: string; reference: string; fact: Fact };

/** Books what partners say, whatever the way on which it came. */
export type FactBook = {
  /**
   * Books a fact on its loan, once. One that cannot be booked is set aside with the reason, and the loan stays as it is.
   * Answers whether it is booked.
   */
  receive: (partner: Partner, message: Message) => Promise<boolean>;
  /** Sets aside a message that could not be read. */
  receiveMalformed: (partner: Partner, message: Malformed) => Promise<void>;
};

type Parts = {
  loans: Loans;
  setAside: SetAsideStore;
  onSetAside: (partner: Partner, reason: string) => void;
  clock: () => Date;
  log: Log;
};

export function createFactBook({ loans, setAside, onSetAside, clock, log }: Parts): FactBook {
  async function putAside(message: Omit<SetAside, 'at'>): Promise<void> {
    const isNew = await setAside.put({ ...message, at: clock().toISOString() });
    if (!isNew) return;
    const { partner, reason, deliveryId, reference } = message;
    onSetAside(partner, reason);
    log.error(
      { partner, reason, deliveryId, loanId: reference },
      'a message of a partner could not be booked and is set aside',
    );
  }

  return {
    receive: async (partner, { deliveryId, reference, fact }) => {
      const result = await loans.decide<LoanRefusal>(reference, (loan) =>
        decide(loan, { kind: 'tell', partner, fact }, clock()),
      );
      if (!('refused' in result)) return true;
      await putAside({ partner, deliveryId, reason: result.refused, reference, fact, errors: [] });
      return false;
    },
    receiveMalformed: (partner, { deliveryId, errors }) =>
      putAside({ partner, deliveryId, reason: 'malformed', reference: null, fact: null, errors }),
  };
}
