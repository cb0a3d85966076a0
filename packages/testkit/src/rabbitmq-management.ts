/** The management API on its usual port, with the user of the AMQP URL. */
export function guessManagementUrl(amqpUrl: string): string {
  const { hostname, username, password } = new URL(amqpUrl);
  return `http://${username || 'guest'}:${password || 'guest'}@${hostname}:15672`;
}

/** Makes a virtual host in which the user of `amqpUrl` may do everything; resolves with the URL of it. */
export async function addVhost(amqpUrl: string, managementUrl: string, name: string): Promise<string> {
  const user = decodeURIComponent(new URL(amqpUrl).username || 'guest');
  const vhost = encodeURIComponent(name);
  const everything = { configure: '.*', write: '.*', read: '.*' };
  await call(managementUrl, 'PUT', `vhosts/${vhost}`, {});
  await call(managementUrl, 'PUT', `permissions/${vhost}/${encodeURIComponent(user)}`, everything);
  const url = new URL(amqpUrl);
  url.pathname = `/${vhost}`;
  return url.href;
}

/** Removes the virtual host that `vhostUrl` names, with all that is in it. */
export async function removeVhost(vhostUrl: string, managementUrl: string): Promise<void> {
  await call(managementUrl, 'DELETE', `vhosts/${new URL(vhostUrl).pathname.slice(1)}`);
}

/** Resolves when the management API answers. @throws when it does not */
export async function pingManagement(managementUrl: string): Promise<void> {
  await call(managementUrl, 'GET', 'overview');
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
