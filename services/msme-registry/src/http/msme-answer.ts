import type { Stored } from '@ksbb/document-store';
import type { Answer } from '@ksbb/service-kit';
import type { MsmeState } from '../msme/msme.ts';
import { delistedMsme, unknownMsme } from './refusal-problem.ts';
import { etagOf } from './version-etag.ts';

/** An MSME with its ETag. @throws Problem where it is not on the map */
export function msmeAnswer(status: 200 | 201, { id, version, state }: Stored<MsmeState>, more: object = {}): Answer {
  switch (state.status) {
    case 'listed':
      return {
        status,
        headers: { ETag: etagOf(version), ...(status === 201 ? { Location: `/msmes/${id}` } : {}) },
        body: { ...state.msme, ...more },
      };
    case 'delisted':
      throw delistedMsme(id, state.reason);
    case 'absent':
      throw unknownMsme(id);
    default:
      return state satisfies never;
  }
}
