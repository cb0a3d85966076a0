import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type RabbitPorts = {
  amqp: number;
  management: number;
  distribution: number;
  epmd: number;
};

const FOLDERS = ['home', 'mnesia', 'log', 'schema', 'generated'];

/** What the broker may use before it takes no more messages. */
export const MEMORY_LIMIT = '400MB';

/** Writes the configuration of a broker that lives in `dir` alone and listens on loopback only. */
export function writeRabbitFiles(dir: string, ports: RabbitPorts): void {
  for (const folder of FOLDERS) mkdirSync(join(dir, folder), { recursive: true });
  writeFileSync(join(dir, 'enabled_plugins'), '[rabbitmq_management].\n');
  writeFileSync(join(dir, 'rabbitmq-env.conf'), '');
  writeFileSync(join(dir, 'rabbitmq.conf'), configuration(ports));
  writeFileSync(join(dir, 'advanced.config'), '[].\n');
}

// A write-ahead log of the default 512 MB would keep as much in memory before it rolls over.
function configuration(ports: RabbitPorts): string {
  return `listeners.tcp.1 = 127.0.0.1:${ports.amqp}
management.tcp.ip = 127.0.0.1
management.tcp.port = ${ports.management}
vm_memory_high_watermark.absolute = ${MEMORY_LIMIT}
disk_free_limit.absolute = 50MB
raft.wal_max_size_bytes = 33554432
log.file.level = info
`;
}

// Few threads that wait briefly for the next piece of work before they sleep: loading the code goes back and forth
// between them, and without this a start takes 5 s instead of 2.5 s.
const SCHEDULERS = '+S 2:2 +SDio 2 +sbwt very_short +sbwtdio very_short';

/** Environment of the broker: nothing of another RabbitMQ's settings, everything of ours inside `dir`. */
export function rabbitEnvironment(dir: string, ports: RabbitPorts, nodeName: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(RABBITMQ_|ERL_)/.test(name));
  return {
    ...Object.fromEntries(inherited),
    HOME: join(dir, 'home'),
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: nodeName,
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_CONF_ENV_FILE: join(dir, 'rabbitmq-env.conf'),
    RABBITMQ_CONFIG_FILE: join(dir, 'rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(dir, 'advanced.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(dir, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: join(dir, 'mnesia'),
    RABBITMQ_LOG_BASE: join(dir, 'log'),
    RABBITMQ_SCHEMA_DIR: join(dir, 'schema'),
    RABBITMQ_GENERATED_CONFIG_DIR: join(dir, 'generated'),
    // The start script then becomes the Erlang machine instead of its parent, so a signal reaches it directly.
    RABBITMQ_ALLOW_INPUT: '1',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-noinput ${SCHEDULERS} -kernel inet_dist_use_interface {127,0,0,1}`,
  };
}
