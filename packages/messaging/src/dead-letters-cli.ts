/**
 * `npm run dead-letters -- list | show ID | replay | discard [--service S] [--type T] [--reason R] [--id ID]`, on the broker
 * that AMQP_URL names. Replay and discard need at least one choice, so that nobody empties everything by a slip.
 */
import { parseArgs } from 'node:util';
import { type DeadLetter, sortDeadLetters } from './dead-letters.ts';

const SERVICES = ['msme-registry', 'commitment', 'fintech-gateway', 'training', 'reporting'];
const USAGE = 'usage: npm run dead-letters -- list | show ID | replay | discard [--service S] [--type T] [--reason R] [--id ID]';

const print = (text: string) => void process.stdout.write(`${text}\n`);

function readCommand() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { service: { type: 'string' }, type: { type: 'string' }, reason: { type: 'string' }, id: { type: 'string' } },
  });
  const [verb = 'list', shownId] = positionals;
  if (!['list', 'show', 'replay', 'discard'].includes(verb) || positionals.length > 2) throw new Error(USAGE);
  if (verb === 'show' && shownId === undefined) throw new Error(`show needs the id of an event; ${USAGE}`);
  if (values.service !== undefined && !SERVICES.includes(values.service)) throw new Error(`--service is one of ${SERVICES.join(', ')}`);
  const choice = verb === 'show' ? { ...values, id: shownId } : values;
  if ((verb === 'replay' || verb === 'discard') && Object.keys(choice).length === 0) {
    throw new Error(`${verb} needs at least one of --service, --type, --reason, --id`);
  }
  return { verb, choice };
}

function printGroups(letters: DeadLetter[]): void {
  const groups = Map.groupBy(letters, ({ service, eventType, reason, error }) => [service, eventType, reason, error.split('\n')[0]].join('\t'));
  for (const [group, members] of groups) print(`${String(members.length).padStart(6)}  ${group.replaceAll('\t', '  ')}  (${members[0]?.eventId})`);
  print(`${letters.length} dead letters`);
}

async function main(): Promise<void> {
  const { verb, choice } = readCommand();
  const url = process.env['AMQP_URL'];
  if (url === undefined || url === '') throw new Error('AMQP_URL is missing: the broker of a running platform; npm start prints it');
  const chosen = (letter: DeadLetter) =>
    (choice.id ?? letter.eventId) === letter.eventId &&
    (choice.type ?? letter.eventType) === letter.eventType &&
    (choice.reason ?? letter.reason) === letter.reason;
  const fate = verb === 'replay' || verb === 'discard' ? verb : 'keep';
  const letters: DeadLetter[] = [];
  for (const service of choice.service === undefined ? SERVICES : [choice.service]) {
    const sorted = await sortDeadLetters(url, service, (letter) => (chosen(letter) ? fate : 'keep'));
    letters.push(...sorted.filter(chosen));
  }
  if (verb === 'list') return printGroups(letters);
  if (verb === 'show') {
    for (const letter of letters) print(JSON.stringify({ ...letter, content: undefined, event: letter.content }, null, 2));
  }
  print(`${letters.length} dead letters ${verb === 'show' ? 'shown' : verb === 'replay' ? 'replayed' : 'discarded'}`);
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
