/**
 * `npm run dead-letters -- list | show ID | replay | discard [--service S] [--id ID] [--type T] [--reason R] [--error E] [--json]`
 * on the broker that AMQP_URL names, else on that of the platform that `npm start` runs. `--service unrouted` means events
 * for which there was no queue. Replay and discard need at least one choice, so that nobody empties everything by a slip.
 */
import { parseArgs } from 'node:util';
import { NoSuchPlace } from './sort.ts';
import { findBroker } from './broker.ts';
import { type DeadLetterDesk, type DeadLetterGroup, type LetterChoice, openDeadLetters } from './desk.ts';
import { deadLettersOf, UNROUTED_PLACE, unrouted } from './place.ts';

const SERVICES = ['msme-registry', 'commitment', 'fintech-gateway', 'training', 'reporting'];
const PLACES = [...SERVICES.map(deadLettersOf), unrouted];
const VERBS = ['list', 'show', 'replay', 'discard'] as const;
const USAGE =
  'usage: npm run dead-letters -- list | show ID | replay | discard [--service S] [--id ID] [--type T] [--reason R] [--error E] [--json]';
const SAY_AFTER_MS = 2_000;
/** For another command that goes through the same letters. */
const WAIT_MS = 300_000;

type Verb = (typeof VERBS)[number];
type Command = { verb: Verb; service: string | undefined; choice: LetterChoice; json: boolean };

const print = (text: string) => void process.stdout.write(`${text}\n`);
const text = { type: 'string' } as const;

function readCommand(args: string[]): Command {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      service: text,
      id: text,
      type: text,
      reason: text,
      error: text,
      json: { type: 'boolean', default: false },
    },
  });
  const [given = 'list', shownId, ...more] = positionals;
  const verb = VERBS.find((one) => one === given);
  if (verb === undefined || more.length > 0 || (shownId !== undefined && verb !== 'show')) throw new Error(USAGE);
  const { service, id = shownId, type, reason, error, json } = values;
  const all = { eventId: id, eventType: type, reason, error };
  const choice = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as LetterChoice;
  if (service !== undefined && !PLACES.some((place) => place.service === service)) {
    throw new Error(`--service is one of ${[...SERVICES, UNROUTED_PLACE].join(', ')}`);
  }
  if (verb === 'show' && id === undefined) throw new Error(`show needs the id of an event; ${USAGE}`);
  if ((verb === 'replay' || verb === 'discard') && service === undefined && Object.keys(choice).length === 0) {
    throw new Error(`${verb} needs at least one of --service, --id, --type, --reason, --error`);
  }
  return { verb, service, choice, json };
}

/** A desk for each place, so that a place without a queue can be told from one without letters. */
function desksOf(url: string, service: string | undefined): { service: string; desk: DeadLetterDesk }[] {
  const places = service === undefined ? PLACES : PLACES.filter((place) => place.service === service);
  return places.map((place) => ({ service: place.service, desk: openDeadLetters(url, [place], { waitMs: WAIT_MS }) }));
}

/** What each place answers. Where all places are meant, those that are not on this broker are passed over and named. */
async function ask<T>({ service }: Command, url: string, question: (desk: DeadLetterDesk) => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  for (const { service: name, desk } of desksOf(url, service)) {
    try {
      answers.push(await question(desk));
    } catch (error) {
      if (!(error instanceof NoSuchPlace) || service !== undefined) throw error;
      process.stderr.write(`${name}: ${error.message}\n`);
    }
  }
  return answers;
}

function printGroup({ service, eventType, reason, error, count, oldest, eventIds }: DeadLetterGroup): void {
  print(`${String(count).padStart(6)}  ${service}  ${eventType}  ${reason}${error === '' ? '' : `: ${error}`}`);
  print(`        ${oldest === null ? '' : `since ${oldest}; `}such as ${eventIds.join(', ')}`);
}

async function list(command: Command, url: string): Promise<void> {
  const lists = await ask(command, url, (desk) => desk.list(command.choice));
  const groups = lists.flatMap((answer) => answer.groups);
  const sum = (of: 'letters' | 'unseen') => lists.reduce((total, answer) => total + answer[of], 0);
  if (command.json) return print(JSON.stringify({ groups, letters: sum('letters'), unseen: sum('unseen') }));
  for (const group of groups) printGroup(group);
  print(
    `${sum('letters')} dead letters${sum('unseen') === 0 ? '' : `, and ${sum('unseen')} more that were not looked at`}`,
  );
}

async function show(command: Command, url: string): Promise<void> {
  const letters = (await ask(command, url, (desk) => desk.show(command.choice.eventId ?? ''))).flat();
  if (command.json) print(JSON.stringify({ letters }));
  else for (const letter of letters) print(JSON.stringify(letter, null, 2));
  if (letters.length === 0) throw new Error(`there is no dead letter of ${command.choice.eventId}`);
}

async function move(command: Command, url: string, verb: 'replay' | 'discard'): Promise<void> {
  const answers = await ask(command, url, (desk) => desk[verb](command.choice));
  const moved = answers.reduce((sum, answer) => sum + answer.moved, 0);
  const left = answers.reduce((sum, answer) => sum + answer.left, 0);
  const done = verb === 'replay' ? 'replayed' : 'discarded';
  print(command.json ? JSON.stringify({ [done]: moved, left }) : `${moved} dead letters ${done}, ${left} left`);
}

async function main(): Promise<void> {
  const command = readCommand(process.argv.slice(2));
  const url = findBroker(process.env);
  const waiting = setInterval(() => process.stderr.write('still going through the letters\n'), SAY_AFTER_MS);
  try {
    if (command.verb === 'list') await list(command, url);
    else if (command.verb === 'show') await show(command, url);
    else await move(command, url, command.verb);
  } finally {
    clearInterval(waiting);
  }
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
