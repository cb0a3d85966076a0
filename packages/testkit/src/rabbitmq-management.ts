/** The management API on its usual port, with the user of the AMQP URL. */
export function guessManagementUrl(amqpUrl: string): string {
  const { hostname, username, password } = new URL(amqpUrl);
  return `http://${username || 'guest'}:${password || 'guest'}@${hostname}:15672`;
}

/** Makes a virtual host in which the user of `amqpUrl` may do everything; resolves with the URL of it. */
export async function addVhost(amqpUrl: string, managementUrl: string | undefined, name: string): Promise<string> {
  const user = decodeURIComponent(new URL(amqpUrl).username || 'guest');
  const vhost = encodeURIComponent(name);
  await put(managementUrl, `vhosts/${vhost}`, {});
  await put(managementUrl, `permissions/${vhost}/${encodeURIComponent(user)}`, {
    configure: '.*',
    write: '.*',
    read: '.*',
  });
  const url = new URL(amqpUrl);
  url.pathname = `/${vhost}`;
  return url.href;
}

/** Removes the virtual host that `vhostUrl` names, with all that is in it. */
export async function removeVhost(vhostUrl: string, managementUrl: string): Promise<void> {
  await call(managementUrl, 'DELETE', `vhosts/${new URL(vhostUrl).pathname.slice(1)}`);
}

/** True when the management API answers. */
export async function managementAnswers(managementUrl: string): Promise<boolean> {
  try {
    await call(managementUrl, 'GET', 'overview');
    return true;
  } catch {
    return false;
  }
}

async function put(managementUrl: string | undefined, path: string, body: object): Promise<void> {
  if (managementUrl === undefined) throw new Error('this RabbitMQ has no management API: set AMQP_MANAGEMENT_URL');
  await call(managementUrl, 'PUT', path, body);
}

async function call(managementUrl: string, method: string, path: string, body?: object): Promise<void> {
  const { origin, username, password } = new URL(managementUrl);
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization = `Basic ${Buffer.from(user).toString('base64')}`;
  const response = await fetch(`${origin}/api/${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(10_000),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`RabbitMQ management API, ${method} ${path}: ${response.status} ${text}`);
}
