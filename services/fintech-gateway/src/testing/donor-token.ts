import { SignJWT } from 'jose';

export const CAPABILITY_SECRET = 'a-capability-secret-of-the-tests';

/** The token that the commitment service gives for the PIN of a collaboration. */
export function donorToken(collaborationId: string): Promise<string> {
  const unsigned = new SignJWT({ role: 'donor' }).setProtectedHeader({ alg: 'HS256' }).setSubject(collaborationId);
  return unsigned
    .setIssuer('ksbb-commitment')
    .setAudience('ksbb')
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(CAPABILITY_SECRET));
}

/** The headers by which the donor of a loan asks for it. */
export async function asDonorOf(loanId: string): Promise<Record<string, string>> {
  return { Authorization: `Bearer ${await donorToken(loanId.slice(0, loanId.lastIndexOf('.')))}` };
}
