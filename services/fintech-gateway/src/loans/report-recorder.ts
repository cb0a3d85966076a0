import type { Partner } from '@ksbb/contracts';
import type { Log, Metrics } from '@ksbb/service-kit';
import { Counter } from 'prom-client';
import type { MalformedMessage } from '../partners/open-partners.ts';
import { decide, type LoanRefusal } from './core/decide.ts';
import type { Report } from './core/partner-reports.ts';
import type { LoanStore } from './stores/loans.ts';
import type { Quarantine, QuarantinedMessage } from './stores/partner-messages.ts';

type Message = { deliveryId: string; reference: string; report: Report };

/** Records what partners report by callback, feed or status. */
export type ReportRecorder = {
  /**
   * Records a report on its loan, once. A report that cannot be recorded is quarantined with the reason, and the loan
   * does not change. Says whether it is recorded.
   */
  record: (partner: Partner, message: Message) => Promise<boolean>;
  /** Records the reports of a response about one loan. */
  recordAll: (partner: Partner, loanId: string, reports: readonly Report[]) => Promise<void>;
  /** Quarantines a message that could not be read. */
  recordMalformed: (partner: Partner, message: MalformedMessage) => Promise<void>;
};

type Parts = {
  loans: Pick<LoanStore, 'decide'>;
  quarantine: Pick<Quarantine, 'put'>;
  metrics: Pick<Metrics, 'registry'>;
  clock: () => Date;
  log: Log;
};

/** Names a report that came in a response, in the quarantine. */
const deliveryIdOf = (loanId: string, report: Report) =>
  `${loanId}:${report.kind === 'repayment' ? report.repaymentId : report.kind}`;

export function createReportRecorder({ loans, quarantine, metrics, clock, log }: Parts): ReportRecorder {
  const quarantined = new Counter({
    name: 'ksbb_partner_messages_set_aside_total',
    help: 'Genuine messages of partners that could not be recorded and are quarantined, by reason.',
    labelNames: ['partner', 'reason'],
    registers: [metrics.registry],
  });

  async function putInQuarantine(message: Omit<QuarantinedMessage, 'at'>): Promise<void> {
    const isNew = await quarantine.put({ ...message, at: clock().toISOString() });
    if (!isNew) return;
    const { partner, reason, deliveryId, reference } = message;
    quarantined.inc({ partner, reason });
    log.error(
      { partner, reason, deliveryId, loanId: reference },
      'a message of a partner could not be recorded and is quarantined',
    );
  }

  async function record(partner: Partner, { deliveryId, reference, report }: Message): Promise<boolean> {
    const result = await loans.decide<LoanRefusal>(reference, (loan) =>
      decide(loan, { type: 'record-report', partner, report }, clock()),
    );
    if (!('refused' in result)) return true;
    await putInQuarantine({ partner, deliveryId, reason: result.refused, reference, report, errors: [] });
    return false;
  }

  return {
    record,
    recordAll: async (partner, loanId, reports) => {
      for (const report of reports)
        await record(partner, { deliveryId: deliveryIdOf(loanId, report), reference: loanId, report });
    },
    recordMalformed: (partner, { deliveryId, errors }) =>
      putInQuarantine({ partner, deliveryId, reason: 'malformed', reference: null, report: null, errors }),
  };
}
