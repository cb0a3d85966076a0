import { setTimeout as sleep } from 'node:timers/promises';

/** Asks a process that runs with `--inspect` one thing after another. */
async function inspect(port: number, methods: readonly string[]): Promise<Record<string, number>> {
  const [target] = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
    webSocketDebuggerUrl: string;
  }[];
  if (target === undefined) throw new Error(`nothing can be inspected at port ${port}`);
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, number>>();
  socket.addEventListener('error', () => reject(new Error(`the inspector at port ${port} did not answer`)));
  socket.addEventListener('open', () => {
    for (const [id, method] of methods.entries()) socket.send(JSON.stringify({ id, method }));
  });
  socket.addEventListener('message', ({ data }) => {
    const answer = JSON.parse(String(data)) as { id?: number; result?: Record<string, number> };
    if (answer.id === methods.length - 1) resolve(answer.result ?? {});
  });
  try {
    return await promise;
  } finally {
    socket.close();
  }
}

const LOOKS = 4;

/** The bytes of heap and buffers that a process uses after its garbage was collected: the least of some looks, as requests run. */
export async function heapAfterCollection(inspectorPort: number): Promise<number> {
  let least = Infinity;
  for (let look = 0; look < LOOKS; look += 1) {
    const { usedSize = 0, backingStorageSize = 0 } = await inspect(inspectorPort, [
      'HeapProfiler.collectGarbage',
      'Runtime.getHeapUsage',
    ]);
    least = Math.min(least, usedSize + backingStorageSize);
    await sleep(50);
  }
  return least;
}
