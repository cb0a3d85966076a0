/** Starts broker and database for many runs of jest, prints the environment these need, and stays until Ctrl-C. */
import { startBackingServers, testEnvironment } from './backing-servers.ts';
import { runCommand } from './command.ts';

const log = (text: string) => void process.stderr.write(`[backing] ${text}\n`);

runCommand(
  async (command) => {
    const servers = await startBackingServers(command, 'backing', log);
    const settings = Object.entries(testEnvironment(servers)).map(([name, value]) => `${name}=${value}`);
    process.stdout.write(`export ${settings.join(' ')}\n`);
    log('Ctrl-C stops both');
    await command.interrupted;
    return 0;
  },
  { log, codeWhenInterrupted: () => 0 },
);
