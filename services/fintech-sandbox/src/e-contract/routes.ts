import { type Answer, defineRoute, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import type { ContractCommand } from '../contract/decide.ts';
import type { ContractRecord, Partner } from '../contract/record.ts';
import { runCommand } from '../partner/run-command.ts';
import type { ContractStore } from '../stores/contracts.ts';
import { decisionOf, readForm } from './form.ts';
import { contractPage, unknownPage } from './page.ts';
import { PAGE_HEADERS } from './style.ts';

type Parts = { contracts: Pick<ContractStore, 'findByToken' | 'update'>; clock: () => Date; disburseAfterMs: number };

const DECIDED_OTHERWISE: [string, string] = [
  'Kontrak ini sudah diputuskan sebelumnya dan tidak dapat diubah.',
  'This contract was decided before and cannot be changed.',
];

const params = z.object({ token: z.string() });

function page(status: number, body: string): Answer {
  return { status, body, headers: PAGE_HEADERS };
}

async function decideContract(parts: Parts, record: ContractRecord, form: URLSearchParams): Promise<Answer> {
  const decision = decisionOf(form);
  if ('faults' in decision) return page(422, contractPage(record, decision));
  const command: ContractCommand =
    decision.decision === 'sign'
      ? { type: 'sign', signedBy: decision.signedBy, disburseAfterMs: parts.disburseAfterMs }
      : { type: 'decline' };
  const outcome = await runCommand(parts, record, command);
  if (outcome === null || 'refusal' in outcome) return page(409, contractPage(record, null, DECIDED_OTHERWISE));
  // Relative, so that it also holds behind a proxy that serves this page under another path.
  return { status: 303, headers: { Location: record.token, 'Cache-Control': 'no-store' } };
}

function pageRoutes(partner: Partner, parts: Parts): Route[] {
  const path = `/${partner}/e-contract/:token`;
  return [
    defineRoute({
      method: 'get',
      path,
      operationId: `${partner}EContractPage`,
      summary: 'The e-contract as a page for the donor',
      params,
      answers: { 200: { description: 'HTML page' }, 404: { description: 'HTML page: no such contract' } },
      handle: async ({ params: { token } }) => {
        const record = await parts.contracts.findByToken(partner, token);
        return record === null ? page(404, unknownPage(partner)) : page(200, contractPage(record));
      },
    }),
    defineRoute({
      method: 'post',
      path,
      operationId: `${partner}EContractDecide`,
      summary: 'Sign (decision=sign, name, agree=yes) or decline (decision=decline), as a form',
      params,
      answers: {
        303: { description: 'Decided; see the page' },
        404: { description: 'HTML page: no such contract' },
        409: { description: 'HTML page: decided the other way before' },
        422: { description: 'HTML page: what is missing' },
      },
      handle: async ({ params: { token }, request }) => {
        const record = await parts.contracts.findByToken(partner, token);
        return record === null
          ? page(404, unknownPage(partner))
          : decideContract(parts, record, await readForm(request));
      },
    }),
  ];
}

/** The e-contract pages of both partners. */
export function eContractRoutes(parts: Parts): Route[] {
  return [...pageRoutes('amanah', parts), ...pageRoutes('lumbung', parts)];
}
