import { badRequest, defineRoute, type Route, type SignatureAuthenticator, unauthorized } from '@ksbb/service-kit';
import type { GenuineCallback, NamedPartner } from '../partners/open-partners.ts';
import type { ReportRecorder } from './report-recorder.ts';

type Parts = {
  partner: NamedPartner;
  recorder: Pick<ReportRecorder, 'record' | 'recordMalformed'>;
  clock: () => Date;
};

const notGenuine = (why: string) => unauthorized(`This callback is not genuine: ${why}.`);

function authenticatorOf({ adapter }: NamedPartner, clock: () => Date): SignatureAuthenticator<GenuineCallback> {
  const { signatureHeader, checkHeaders, verify } = adapter.callbacks;
  return {
    kind: 'partner',
    header: signatureHeader,
    checkHeaders: ({ headers }) => {
      const why = checkHeaders(headers, clock());
      if (why !== null) throw notGenuine(why);
    },
    verifyBody: ({ headers, originalUrl: path }, rawBody) => {
      const verified = verify({ headers, rawBody, path }, clock());
      if (verified.is === 'refused') throw notGenuine(verified.why);
      return verified;
    },
  };
}

/**
 * Takes a partner's callbacks. A genuine message is recorded or quarantined before the response; a repeat changes
 * nothing.
 */
export function callbackRoute({ partner, recorder, clock }: Parts): Route {
  const { name } = partner;
  return defineRoute({
    method: 'post',
    path: `/callbacks/${name}`,
    operationId: `receiveCallbackOf${name[0]?.toUpperCase()}${name.slice(1)}`,
    summary: `Takes what ${name} reports about a contract; signed over the raw body.`,
    auth: authenticatorOf(partner, clock),
    answers: {
      202: { description: 'Taken. What could not be recorded is quarantined for a person.' },
      400: { description: 'Signed by the partner, but not in the agreed shape; it is quarantined.' },
      401: { description: 'Not signed by the partner, or too old. Nothing is kept.' },
    },
    handle: async ({ principal: { is, message } }) => {
      if (is === 'malformed') {
        await recorder.recordMalformed(name, message);
        throw badRequest(
          'This message does not have the agreed shape. It is kept for a person to look at.',
          message.errors,
        );
      }
      await recorder.record(name, message);
      return { status: 202 };
    },
  });
}
