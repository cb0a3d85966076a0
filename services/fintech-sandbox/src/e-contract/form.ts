import { Problem } from '@ksbb/service-kit';
import type { Request } from 'express';

export type Decision = { decision: 'sign'; signedBy: string } | { decision: 'decline' };

/** What was typed, and what is missing, as the page shows it. */
export type Incomplete = { name: string; faults: { field: 'decision' | 'name' | 'agree'; text: string }[] };

const MAX_FORM_BYTES = 8 * 1024;

/** The fields of a posted form. @throws Problem 413 over 8 KB, 415 where it is no form. */
export async function readForm(request: Request): Promise<URLSearchParams> {
  if (!request.is('application/x-www-form-urlencoded')) {
    throw new Problem(415, 'unsupported-media-type', 'Send the form as application/x-www-form-urlencoded.');
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_FORM_BYTES) throw new Problem(413, 'too-large', 'The form is larger than is taken here.');
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

/** What the donor decided, or what the form still lacks. */
export function decisionOf(form: URLSearchParams): Decision | Incomplete {
  const name = (form.get('name') ?? '').trim();
  if (form.get('decision') === 'decline') return { decision: 'decline' };
  const faults: Incomplete['faults'] = [];
  if (form.get('decision') !== 'sign')
    faults.push({ field: 'decision', text: 'Pilih tanda tangan atau tolak. / Choose to sign or to decline.' });
  if (name.length < 2 || name.length > 100)
    faults.push({
      field: 'name',
      text: 'Tulis nama lengkap Anda, 2 sampai 100 huruf. / Type your full name, 2 to 100 letters.',
    });
  if (form.get('agree') !== 'yes')
    faults.push({ field: 'agree', text: 'Centang persetujuan dahulu. / Tick the agreement first.' });
  return faults.length > 0 ? { name: name.slice(0, 100), faults } : { decision: 'sign', signedBy: name };
}
