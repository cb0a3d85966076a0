/** Starts broker and database for many runs of jest, prints the environment these need, and stays until Ctrl-C. */
import { rmSync } from 'node:fs';
import { startBackingServers, testEnvironment } from './backing-servers.ts';
import { runCommand } from './command.ts';
import { SMALL_DATABASE } from './memory.ts';
import { makeRunDirectory } from './run-directory.ts';

const log = (text: string) => void process.stderr.write(`[backing] ${text}\n`);

runCommand(
  async (command) => {
    const dir = makeRunDirectory('backing');
    command.defer(() => rmSync(dir, { recursive: true, force: true }));
    const servers = await startBackingServers(command, { dir, log, embedded: () => SMALL_DATABASE });
    const settings = Object.entries(testEnvironment(servers)).map(([name, value]) => `${name}=${value}`);
    process.stdout.write(`export ${settings.join(' ')}\n`);
    log('Ctrl-C stops both');
    await command.interrupted;
    return 0;
  },
  { log, codeWhenInterrupted: () => 0 },
);
