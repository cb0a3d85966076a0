import { type Cluster, openCluster, type Pod } from './kubectl.ts';

const NAMESPACE = 'ksbb-e2e-node';

/**
 * Kills the processes of one pod's containers: each whose control group is the pod's, but for the sandbox's own
 * (`pause`).
 */
const KILL = `
const fs = require('node:fs');
const uid = process.argv[1];
let killed = 0;
for (const pid of fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name))) {
  try {
    const group = fs.readFileSync('/proc/' + pid + '/cgroup', 'utf8');
    const command = fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8');
    if (!(group.includes(uid) || group.includes(uid.replaceAll('-', '_'))) || !command.startsWith('node')) continue;
    process.kill(Number(pid), 'SIGKILL');
    killed += 1;
  } catch {}
}
console.log(killed);
`;

const manifest = (image: string) => `
apiVersion: v1
kind: Namespace
metadata:
  name: ${NAMESPACE}
  labels: { pod-security.kubernetes.io/enforce: privileged }
---
apiVersion: v1
kind: Pod
metadata: { name: killer, namespace: ${NAMESPACE} }
spec:
  hostPID: true
  terminationGracePeriodSeconds: 0
  automountServiceAccountToken: false
  containers:
    - name: killer
      image: ${image}
      imagePullPolicy: IfNotPresent
      command: [node, -e, "setInterval(() => {}, 1e9)"]
      securityContext: { runAsUser: 0, privileged: true }
`;

/** Kills on the node itself, as a crash or the kernel would: no hook, no grace. */
export type NodeKiller = { kill: (pod: Pod) => Promise<void>; remove: () => Promise<void> };

/** Starts a privileged pod of the test's own, in a namespace of its own, that sees the processes of the (only) node. */
export async function openNodeKiller(image: string): Promise<NodeKiller> {
  const cluster: Cluster = openCluster(NAMESPACE);
  await cluster.apply(manifest(image));
  await cluster.must(['wait', '--for=condition=Ready', '--timeout=60s', 'pod/killer']);
  return {
    kill: async ({ metadata }) => {
      const killed = (await cluster.must(['exec', 'killer', '--', 'node', '-e', KILL, metadata.uid])).trim();
      if (killed === '0') throw new Error(`no process of ${metadata.name} was found on the node`);
    },
    remove: async () =>
      void (await cluster.must(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=false'])),
  };
}
