import { setTimeout as sleep } from 'node:timers/promises';
import { defineRoute, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import { documented } from '../partner/fields.ts';
import { cancelContract } from '../partner/cancel-contract.ts';
import { type Opening, openContract } from '../partner/open-contract.ts';
import { answerCall, type Call, once, type PartnerManners, type PartnerStores } from '../partner/partner-api.ts';
import { statementPage, statementQuery } from '../partner/statement.ts';
import { parseSent, PartnerRefusal } from '../partner/refusal.ts';
import type { Settings } from '../settings.ts';
import type { ContractStore } from '../stores/contracts.ts';
import type { ExternalIds } from '../stores/external-ids.ts';
import { faultOfSignature } from './signature.ts';
import { createdBody, createQardhContract, refusalBody, statementBody, statusBody, termsOf } from './wire.ts';

type Parts = Opening &
  PartnerStores & {
    contracts: Pick<ContractStore, 'list' | 'update'>;
    settings: Settings;
    externalIds: Pick<ExternalIds, 'use'>;
  };

const FIELDS = { reference: 'partnerReferenceNo', parent: 'underMasterContract', principal: 'amount.value' };

function amanahManners({ settings, externalIds, clock }: Parts): PartnerManners {
  const client = { id: settings.AMANAH_CLIENT_ID, secret: settings.AMANAH_CLIENT_SECRET };
  return {
    partner: 'amanah',
    refusalBody,
    authenticate: async ({ request, rawBody }: Call) => {
      const header = (name: string) => request.get(name) ?? '';
      const headers = {
        partnerId: header('x-partner-id'),
        timestamp: header('x-timestamp'),
        externalId: header('x-external-id'),
        signature: header('x-signature'),
      };
      const now = clock();
      const fault = faultOfSignature(
        client,
        headers,
        { method: request.method, pathWithQuery: request.originalUrl, rawBody },
        now,
      );
      if (fault !== null) throw new PartnerRefusal('unauthorized', `Unauthorized. ${fault}`);
      if (!(await externalIds.use(headers.externalId, now)))
        throw new PartnerRefusal('unauthorized', 'Unauthorized. X-EXTERNAL-ID was used before');
    },
  };
}

/** Amanah's API: qardh al-hasan contracts, SNAP style. */
export function amanahRoutes(parts: Parts): Route[] {
  const manners = amanahManners(parts);
  const eContractUrl = (token: string) => `${parts.settings.PUBLIC_URL}/amanah/e-contract/${token}`;
  return [
    defineRoute({
      method: 'post',
      path: '/amanah/v1.0/qardh-contracts',
      operationId: 'amanahCreateQardhContract',
      summary: 'Open a qardh al-hasan contract; SNAP headers and Idempotency-Key',
      body: documented(createQardhContract),
      answers: { 200: { description: 'The contract of this partnerReferenceNo' } },
      handle: (call) =>
        answerCall(manners, parts, 'create-contract', call, async (holdMs) => {
          const body = parseSent(createQardhContract, call.body);
          return once(manners, parts, call, holdMs, async () => {
            const { record } = await openContract(parts, 'amanah', body.partnerReferenceNo, termsOf(body), FIELDS);
            return { status: 200, body: createdBody(record, eContractUrl(record.token)) };
          });
        }),
    }),
    defineRoute({
      method: 'get',
      path: '/amanah/v1.0/qardh-contracts/by-reference/:partnerReferenceNo',
      operationId: 'amanahGetQardhContract',
      summary: 'Status, schedule and repayments of a contract; SNAP headers',
      params: z.object({ partnerReferenceNo: z.string() }),
      answers: { 200: { description: 'The contract' } },
      handle: (call) =>
        answerCall(manners, parts, 'get-contract', call, async (holdMs) => {
          await sleep(holdMs);
          const record = await parts.contracts.find('amanah', call.params.partnerReferenceNo);
          if (record === null)
            throw new PartnerRefusal('not-found', 'There is no contract with this partnerReferenceNo.');
          return { status: 200, body: statusBody(record, eContractUrl(record.token)) };
        }),
    }),
    defineRoute({
      method: 'post',
      path: '/amanah/v1.0/qardh-contracts/by-reference/:partnerReferenceNo/cancel',
      operationId: 'amanahCancelQardhContract',
      summary: 'Take a contract back before it is disbursed; SNAP headers',
      params: z.object({ partnerReferenceNo: z.string() }),
      answers: { 200: { description: 'The contract as it is now' } },
      handle: (call) =>
        answerCall(manners, parts, 'cancel-contract', call, async (holdMs) => {
          await sleep(holdMs);
          const record = await cancelContract(parts, 'amanah', call.params.partnerReferenceNo);
          return { status: 200, body: statusBody(record, eContractUrl(record.token)) };
        }),
    }),
    defineRoute({
      method: 'get',
      path: '/amanah/v1.0/statement',
      operationId: 'amanahGetStatement',
      summary: 'What moved on a day in Jakarta; SNAP headers',
      query: documented(z.strictObject({ date: z.iso.date(), cursor: z.string().optional() })),
      answers: { 200: { description: 'A page of movements' } },
      handle: (call) =>
        answerCall(manners, parts, 'statement', call, async (holdMs) => {
          const query = parseSent(statementQuery, call.query);
          await sleep(holdMs);
          return {
            status: 200,
            body: statementBody(query.date, await statementPage(parts.contracts, 'amanah', query)),
          };
        }),
    }),
  ];
}
