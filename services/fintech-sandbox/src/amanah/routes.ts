import { defineRoute, type Route, type SignatureAuthenticator, unauthorized } from '@ksbb/service-kit';
import type { Request } from 'express';
import { z } from 'zod';
import { answerErrorOf, handleCall, handleCreation, type PartnerProfile, type PartnerStores } from '../partner/call.ts';
import { cancelContract, type Opening, openContract } from '../partner/commands.ts';
import { documented } from '../partner/fields.ts';
import { parseInput, PartnerRefusal } from '../partner/refusal.ts';
import { statementPage, statementQuery } from '../partner/statement.ts';
import type { Settings } from '../settings.ts';
import type { ContractStore } from '../stores/contracts.ts';
import type { ExternalIds } from '../stores/request-keys.ts';
import { createdBody, createQardhContract, refusalBody, statementBody, statusBody, termsOf } from './dto.ts';
import { headerError, signatureError, type SnapHeaders } from './signature.ts';

type Parts = Opening &
  PartnerStores & {
    contracts: Pick<ContractStore, 'list' | 'update'>;
    settings: Settings;
    externalIds: Pick<ExternalIds, 'use'>;
  };

const FIELDS = { reference: 'partnerReferenceNo', parent: 'underMasterContract', principal: 'amount.value' };

const profile: PartnerProfile = { partner: 'amanah', refusalBody };
const answerError = answerErrorOf(profile);

function snapHeadersOf(request: Pick<Request, 'get'>): SnapHeaders {
  const header = (name: string) => request.get(name) ?? '';
  return {
    partnerId: header('x-partner-id'),
    timestamp: header('x-timestamp'),
    externalId: header('x-external-id'),
    signature: header('x-signature'),
  };
}

function amanahAuthenticator({ settings, externalIds, clock }: Parts): SignatureAuthenticator<undefined> {
  const refuse = (reason: string | null) => {
    if (reason !== null) throw unauthorized(`Unauthorized. ${reason}`);
  };
  return {
    kind: 'partner',
    header: 'X-SIGNATURE',
    checkHeaders: (request) => refuse(headerError(settings.AMANAH_CLIENT_ID, snapHeadersOf(request), clock())),
    verifyBody: async (request, rawBody) => {
      const headers = snapHeadersOf(request);
      const signed = { method: request.method, pathWithQuery: request.originalUrl, rawBody };
      refuse(signatureError(settings.AMANAH_CLIENT_SECRET, headers, signed));
      if (!(await externalIds.use(headers.externalId, clock()))) refuse('X-EXTERNAL-ID was used before');
      return undefined;
    },
  };
}

const byReference = z.object({ partnerReferenceNo: z.string() });

/** Amanah's API: qardh al-hasan contracts, SNAP style. */
export function amanahRoutes(parts: Parts): Route[] {
  const auth = amanahAuthenticator(parts);
  const eContractUrl = (token: string) => `${parts.settings.PUBLIC_URL}/amanah/e-contract/${token}`;
  return [
    defineRoute({
      method: 'post',
      path: '/amanah/v1.0/qardh-contracts',
      operationId: 'amanahCreateQardhContract',
      summary: 'Open a qardh al-hasan contract; SNAP headers and Idempotency-Key',
      auth,
      answerError,
      body: documented(createQardhContract),
      answers: { 200: { description: 'The contract of this partnerReferenceNo' } },
      handle: (call) =>
        handleCreation(profile, parts, call, createQardhContract, async (body) => {
          const request = { reference: body.partnerReferenceNo, terms: termsOf(body) };
          const { record } = await openContract(parts, 'amanah', request, FIELDS);
          return { status: 200, body: createdBody(record, eContractUrl(record.token)) };
        }),
    }),
    defineRoute({
      method: 'get',
      path: '/amanah/v1.0/qardh-contracts/by-reference/:partnerReferenceNo',
      operationId: 'amanahGetQardhContract',
      summary: 'Status, schedule and repayments of a contract; SNAP headers',
      auth,
      answerError,
      params: byReference,
      answers: { 200: { description: 'The contract' } },
      handle: (call) =>
        handleCall(profile, parts, 'get-contract', call, async () => {
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
      auth,
      answerError,
      params: byReference,
      answers: { 200: { description: 'The contract as it is now' } },
      handle: (call) =>
        handleCall(profile, parts, 'cancel-contract', call, async () => {
          const record = await cancelContract(parts, 'amanah', call.params.partnerReferenceNo);
          return { status: 200, body: statusBody(record, eContractUrl(record.token)) };
        }),
    }),
    defineRoute({
      method: 'get',
      path: '/amanah/v1.0/statement',
      operationId: 'amanahGetStatement',
      summary: 'The movements of a day in Jakarta; SNAP headers',
      auth,
      answerError,
      query: documented(z.strictObject({ date: z.iso.date(), cursor: z.string().optional() })),
      answers: { 200: { description: 'A page of movements' } },
      handle: (call) =>
        handleCall(profile, parts, 'statement', call, async () => {
          const query = parseInput(statementQuery, call.query);
          const page = await statementPage(parts.contracts, 'amanah', query);
          return { status: 200, body: statementBody(query.date, page) };
        }),
    }),
  ];
}
