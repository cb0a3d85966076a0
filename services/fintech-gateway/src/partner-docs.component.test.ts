import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { guardedAgents } from './webhooks/guarded-agents.ts';
import { createSend, signedHeaders } from './webhooks/send.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const page = readFileSync(join(root, 'docs/partners.md'), 'utf8');
const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const older = `whsec_${Buffer.alloc(24, 2).toString('base64')}`;
const payload = '{"type":"test","timestamp":"2026-11-24T03:00:00.000Z","data":{"name":"Warung Éclair"}}';

type Language = {
  name: string;
  fence: string;
  file: string;
  /** Fetches and builds what the program needs, where it does not run as it is. */
  build?: string[];
  command: string[];
  probe: string[];
};
const LANGUAGES: readonly Language[] = [
  {
    name: 'TypeScript',
    fence: 'ts',
    file: 'verify.ts',
    command: [process.execPath, '--disable-warning=ExperimentalWarning'],
    probe: [process.execPath, '--version'],
  },
  { name: 'Python', fence: 'python', file: 'verify.py', command: ['python3'], probe: ['python3', '--version'] },
  {
    name: 'Go',
    fence: 'go',
    file: 'verify.go',
    build: ['go', 'build', '-o', 'verify-go', 'verify.go'],
    command: ['./verify-go'],
    probe: ['go', 'version'],
  },
  { name: 'PHP', fence: 'php', file: 'verify.php', command: ['php'], probe: ['php', '--version'] },
];
const isHere = ({ probe: [program = '', ...args] }: Language) => spawnSync(program, args).status === 0;

function programOf({ fence }: Language): string {
  const [, code] = new RegExp(`^\`\`\`${fence}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page) ?? [];
  if (code === undefined) throw new Error(`docs/partners.md has no example in ${fence}`);
  return code;
}

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ksbb-verify-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test.each(LANGUAGES)('there is an example in $name', (language) => {
  expect(programOf(language)).toContain('WEBHOOK_SIGNATURE');
});

describe.each(LANGUAGES.filter(isHere))('the example in $name', (language) => {
  beforeAll(() => {
    writeFileSync(join(dir, language.file), programOf(language));
    writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
    // Before any clock is read: the first build of a machine takes longer than the clocks may differ.
    const [program, ...args] = language.build ?? [];
    if (program === undefined) return;
    const { status, stderr } = spawnSync(program, args, { cwd: dir, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  }, 300_000);

  function verify(body: string, sentAt: Date, secrets: readonly string[], with_ = secret): number | null {
    const headers = signedHeaders({ messageId: 'msg_example', payload, secrets }, sentAt);
    const env = {
      ...process.env,
      WEBHOOK_SECRET: with_,
      WEBHOOK_ID: headers['webhook-id'],
      WEBHOOK_TIMESTAMP: headers['webhook-timestamp'],
      WEBHOOK_SIGNATURE: headers['webhook-signature'],
    };
    const [program = '', ...args] = language.build ? language.command : [...language.command, language.file];
    const { status, stderr } = spawnSync(program, args, { cwd: dir, input: body, env, encoding: 'utf8' });
    if (status !== 0 && status !== 1) throw new Error(stderr);
    return status;
  }

  test('believes what we signed, also beside an older secret, and nothing else', () => {
    // Each program is started with a time of its own, since a start may take long.
    const from = (milliseconds: number) => new Date(Date.now() + milliseconds);
    expect({
      genuine: verify(payload, from(0), [secret]),
      rotated: verify(payload, from(0), [older, secret]),
      'rotated, old secret': verify(payload, from(0), [secret, older], older),
      'another body': verify(`${payload} `, from(0), [secret]),
      'another secret': verify(payload, from(0), [older]),
      old: verify(payload, from(-301_000), [secret]),
      'from the future': verify(payload, from(600_000), [secret]),
    }).toEqual({
      genuine: 0,
      rotated: 0,
      'rotated, old secret': 0,
      'another body': 1,
      'another secret': 1,
      old: 1,
      'from the future': 1,
    });
  }, 120_000);
});

test('webhook-listen prints what comes and whether it is genuine, and ends when it is told to', async () => {
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      'services/fintech-gateway/src/webhooks/webhook-listen.ts',
      '--secret',
      secret,
    ],
    { cwd: root },
  );
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const nextLine = async () => String((await lines.next()).value);
  const url = (await nextLine()).replace('listening on ', '');
  const agents = guardedAgents({ allowLocal: true });
  const send = createSend({ agents, timeoutMs: 5_000 });
  const good = await send({ messageId: 'msg_1', payload, url, secrets: [secret] }, new Date());
  expect([good.attempt.status, await nextLine(), await nextLine()]).toEqual([
    204,
    expect.stringMatching(/ msg_1 genuine$/),
    payload,
  ]);
  const bad = await send({ messageId: 'msg_2', payload, url, secrets: [older] }, new Date());
  expect([bad.attempt.status, await nextLine()]).toEqual([401, expect.stringContaining('msg_2 NOT GENUINE')]);
  agents.close();
  child.kill('SIGINT');
  expect((await once(child, 'exit'))[0]).toBe(0);
});

test('webhook-listen says what it needs', () => {
  const { status, stderr } = spawnSync(process.execPath, ['services/fintech-gateway/src/webhooks/webhook-listen.ts'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([1, expect.stringContaining('give --secret, or --gateway and --token')]);
});
