import { type Answer, defineRoute, Problem, type Route } from '@ksbb/service-kit';
import type { Request } from 'express';
import { z } from 'zod';
import type { ContractCommand } from '../contract/decide.ts';
import { type ContractRecord, type Partner, PARTNERS } from '../contract/record.ts';
import { runCommand } from '../partner/commands.ts';
import type { ContractStore } from '../stores/contracts.ts';
import { PAGE_HEADERS } from './html.ts';
import { contractPage, type IncompleteForm, unknownPage } from './page.ts';

type Parts = { contracts: Pick<ContractStore, 'findByToken' | 'update'>; clock: () => Date; disburseAfterMs: number };

const MAX_FORM_BYTES = 8 * 1024;

const DECIDED_OTHERWISE: [string, string] = [
  'Kontrak ini sudah diputuskan sebelumnya dan tidak dapat diubah.',
  'This contract was decided before and cannot be changed.',
];

const params = z.object({ token: z.string() });

/** The fields of a posted form. @throws Problem 413 over 8 KB, 415 where the body is no form. */
async function readForm(request: Request): Promise<URLSearchParams> {
  if (!request.is('application/x-www-form-urlencoded'))
    throw new Problem(415, 'unsupported-media-type', 'Send the form as application/x-www-form-urlencoded.');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_FORM_BYTES) throw new Problem(413, 'too-large', 'The form is larger than 8 KB.');
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

/** The donor's decision, or what the form lacks. */
function commandOf(form: URLSearchParams, disburseAfterMs: number): ContractCommand | IncompleteForm {
  const name = (form.get('name') ?? '').trim();
  if (form.get('decision') === 'decline') return { type: 'decline' };
  const errors: string[] = [];
  if (form.get('decision') !== 'sign') errors.push('Pilih tanda tangan atau tolak. / Choose to sign or to decline.');
  if (name.length < 2 || name.length > 100)
    errors.push('Tulis nama lengkap Anda, 2 sampai 100 huruf. / Type your full name, 2 to 100 letters.');
  if (form.get('agree') !== 'yes') errors.push('Centang persetujuan dahulu. / Tick the agreement first.');
  return errors.length > 0 ? { name: name.slice(0, 100), errors } : { type: 'sign', signedBy: name, disburseAfterMs };
}

function page(status: number, body: string): Answer {
  return { status, body, headers: PAGE_HEADERS };
}

async function decideContract(parts: Parts, record: ContractRecord, form: URLSearchParams): Promise<Answer> {
  const command = commandOf(form, parts.disburseAfterMs);
  if ('errors' in command) return page(422, contractPage(record, command));
  const result = await runCommand(parts, record, command);
  if (result === null || 'refused' in result) return page(409, contractPage(record, null, DECIDED_OTHERWISE));
  // Relative, so that it also leads to the page behind a proxy that serves the page at another path.
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
      auth: 'public',
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
      auth: 'public',
      params,
      answers: {
        303: { description: 'Decided; see the page' },
        404: { description: 'HTML page: no such contract' },
        409: { description: 'HTML page: decided the other way before' },
        422: { description: 'HTML page: what is missing' },
      },
      handle: async ({ params: { token }, request }) => {
        const record = await parts.contracts.findByToken(partner, token);
        if (record === null) return page(404, unknownPage(partner));
        return decideContract(parts, record, await readForm(request));
      },
    }),
  ];
}

/** The e-contract pages of both partners. */
export function eContractRoutes(parts: Parts): Route[] {
  return PARTNERS.flatMap((partner) => pageRoutes(partner, parts));
}
