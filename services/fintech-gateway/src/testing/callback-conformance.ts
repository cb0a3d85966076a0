import type { IncomingHttpHeaders } from 'node:http';
import type { Callback, PartnerAdapter } from '../partners/partner.ts';

export type CallbackSubject = {
  name: string;
  /** The headers of a callback with this body, signed as the partner does. */
  sign: (rawBody: Buffer, path: string, now: Date) => IncomingHttpHeaders;
  /** Of these headers, those that nothing depends on. */
  idleHeaders: readonly string[];
  /** The field with the partner's code for an event. */
  eventField: string;
  /**
   * Where a repayment's message has its amount, how a rupiah is written there, and what no message may have: zero,
   * less, parts of a rupiah, more than 2^53.
   */
  amount: { at: readonly string[]; right: unknown; wrong: readonly unknown[] };
  /** The signature covers the path that was called, too. */
  signsPath: boolean;
};

type Around = { adapter: () => PartnerAdapter; genuine: () => Promise<Callback>; repayment: () => Promise<Callback> };

/** The message with another value at a place of it. */
function withValue(message: unknown, [name = '', ...rest]: readonly string[], value: unknown): unknown {
  const before = message as Record<string, unknown>;
  return { ...before, [name]: rest.length === 0 ? value : withValue(before[name], rest, value) };
}

/** What every adapter has to make of a callback before it believes it. `genuine` is one that the partner has sent. */
export function callbackConformance(
  { name, sign, idleHeaders, eventField, amount, signsPath }: CallbackSubject,
  { adapter, genuine, repayment }: Around,
): void {
  describe('verifying a callback', () => {
    const now = new Date('2026-11-25T00:00:00.000Z');
    const path = `/callbacks/${name}`;
    const secondsLater = (seconds: number) => new Date(now.getTime() + seconds * 1000);
    const body = Buffer.from('{}');

    const tampered: [string, () => Callback][] = [
      ['another body', () => ({ headers: sign(body, path, now), rawBody: Buffer.from('{ }'), path })],
      ['no headers', () => ({ headers: {}, rawBody: body, path })],
      ...Object.keys(sign(body, path, now))
        .filter((header) => !idleHeaders.includes(header))
        .flatMap((header): [string, () => Callback][] => [
          [`no ${header}`, () => ({ headers: { ...sign(body, path, now), [header]: undefined }, rawBody: body, path })],
          [
            `another ${header}`,
            () => ({
              headers: { ...sign(body, path, now), [header]: `${sign(body, path, now)[header]}0` },
              rawBody: body,
              path,
            }),
          ],
        ]),
      ...(signsPath
        ? [
            ['another path', () => ({ headers: sign(body, path, now), rawBody: body, path: '/callbacks/other' })] as [
              string,
              () => Callback,
            ],
          ]
        : []),
    ];

    test.each(tampered)('with %s: refused', (_, callback) => {
      expect(adapter().callbacks.verify(callback(), now).is).toBe('refused');
    });

    test('no headers and old headers are refused before the body is read, and right ones are not', () => {
      const { checkHeaders } = adapter().callbacks;
      const right = sign(body, path, now);
      expect([checkHeaders({}, now), checkHeaders(right, secondsLater(301)), checkHeaders(right, now)]).toEqual([
        expect.any(String),
        expect.any(String),
        null,
      ]);
    });

    test.each([
      [300, 'malformed'],
      [-300, 'malformed'],
      [301, 'refused'],
      [-301, 'refused'],
    ])('%i s away from now: %s', (seconds, is) => {
      expect(
        adapter().callbacks.verify({ headers: sign(body, path, now), rawBody: body, path }, secondsLater(seconds)).is,
      ).toBe(is);
    });

    test.each([
      ['no JSON', Buffer.from('no JSON')],
      ['another shape', Buffer.from('[]')],
      ['nothing', Buffer.alloc(0)],
    ])('signed, with %s: malformed, with what is wrong', (_, rawBody) => {
      const verified = adapter().callbacks.verify({ headers: sign(rawBody, path, now), rawBody, path }, now);
      expect(verified).toMatchObject({ is: 'malformed', message: { errors: [{ pointer: expect.any(String) }] } });
    });

    test('signed, with an amount that cannot be: malformed, and the field is named', async () => {
      const agreed: unknown = JSON.parse((await repayment()).rawBody.toString());
      const outcomeOf = (value: unknown) => {
        const rawBody = Buffer.from(JSON.stringify(withValue(agreed, amount.at, value)));
        return adapter().callbacks.verify({ headers: sign(rawBody, path, now), rawBody, path }, now);
      };
      expect(outcomeOf(amount.right)).toMatchObject({
        is: 'genuine',
        message: { report: { kind: 'repayment', amountRupiah: 1 } },
      });
      for (const value of amount.wrong) {
        expect({ value, outcome: outcomeOf(value) }).toMatchObject({
          value,
          outcome: { is: 'malformed', message: { errors: [{ pointer: `/${amount.at.join('/')}` }] } },
        });
      }
    });

    test('signed, with an event that nobody agreed on: malformed, and the field is named', async () => {
      const { rawBody: agreed } = await genuine();
      const rawBody = Buffer.from(JSON.stringify({ ...JSON.parse(agreed.toString()), [eventField]: 'SOMETHING_ELSE' }));
      const verified = adapter().callbacks.verify({ headers: sign(rawBody, path, now), rawBody, path }, now);
      expect(verified).toMatchObject({ is: 'malformed', message: { errors: [{ pointer: `/${eventField}` }] } });
    });
  });
}
