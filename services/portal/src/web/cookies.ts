/** The value of a cookie by its exact name; the first where it is there twice. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}

/** `Set-Cookie` of a cookie that scripts cannot read and other sites cannot send. `maxAgeSeconds` 0 forgets it. */
export function setCookie(cookie: {
  name: string;
  value: string;
  path: string;
  maxAgeSeconds: number;
  secure: boolean;
}): string {
  const { name, value, path, maxAgeSeconds, secure } = cookie;
  return `${name}=${value}; Path=${path}; Max-Age=${Math.max(0, Math.floor(maxAgeSeconds))}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}
