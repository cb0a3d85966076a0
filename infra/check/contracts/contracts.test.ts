import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogue, defineEvent } from '@ksbb/contracts';
import { z } from 'zod';
import { run } from '../../local/programs.ts';
import { ROOT } from '../../local/run-directory.ts';
import { breaksBetween } from './breaks.ts';
import { contractFaults, contractsOf, exampleEnvelope, schemaOf } from './contract-set.ts';

type Fields = z.ZodRawShape;
const object = (fields: Fields) => z.object({ id: z.string(), ...fields });
const breaks = (released: Fields, current: Fields) =>
  breaksBetween(schemaOf(object(released)), schemaOf(object(current)));

const OLD_CONSUMERS = 'consumers of the released contract reject such an event';
const OLD_EVENTS = 'consumers of the new contract reject events that were published before';

const goods = z.object({ package: z.literal('goods'), pieces: z.int() });
const money = z.object({ package: z.literal('money'), rupiah: z.int() });
const seats = z.object({ package: z.literal('seats'), seats: z.int() });
const variants = (...all: [typeof goods, ...z.ZodObject[]]) => ({
  line: z.discriminatedUnion('package', all as never),
});

describe('a break', () => {
  test.each<[what: string, released: Fields, current: Fields, pointer: string, why: string]>([
    ['a required field is removed', { a: z.string() }, {}, '/properties/a', OLD_CONSUMERS],
    ['an optional field is removed', { a: z.string().optional() }, {}, '/properties/a', 'miss it silently'],
    ['a required field is added', {}, { a: z.string() }, '/properties/a', OLD_EVENTS],
    ['a field is required now', { a: z.string().optional() }, { a: z.string() }, '/properties/a', OLD_EVENTS],
    ['a field may be left out now', { a: z.string() }, { a: z.string().optional() }, '/properties/a', OLD_CONSUMERS],
    [
      'a field has a default now, so that it may be left out',
      { a: z.string() },
      { a: z.string().default('') },
      '/properties/a',
      OLD_CONSUMERS,
    ],
    ['the type changes', { a: z.string() }, { a: z.boolean() }, '/properties/a/type', 'was "string" and is "boolean"'],
    ['fractions are allowed', { a: z.int() }, { a: z.number() }, '/properties/a/type', 'was "integer" and is "number"'],
    ['null is allowed', { a: z.string() }, { a: z.string().nullable() }, '/properties/a/type', OLD_CONSUMERS],
    ['null is allowed no more', { a: z.string().nullable() }, { a: z.string() }, '/properties/a/type', OLD_EVENTS],
    ['an object may be null', { a: goods }, { a: goods.nullable() }, '/properties/a/anyOf/1', OLD_CONSUMERS],
    [
      'a value is added to an enum',
      { a: z.enum(['x']) },
      { a: z.enum(['x', 'y']) },
      '/properties/a/enum',
      OLD_CONSUMERS,
    ],
    [
      'a value is taken from an enum',
      { a: z.enum(['x', 'y']) },
      { a: z.enum(['y']) },
      '/properties/a/enum',
      OLD_EVENTS,
    ],
    ['an enum becomes any text', { a: z.enum(['x']) }, { a: z.string() }, '/properties/a/enum', OLD_CONSUMERS],
    [
      'an enum becomes a text with a pattern that one of its values lacks',
      { a: z.enum(['x', 'y']) },
      { a: z.string().regex(/^x/) },
      '/properties/a/pattern',
      'one side rejects',
    ],
    [
      'an enum becomes a text with a pattern and a length',
      { a: z.enum(['x', 'xyz']) },
      { a: z.string().regex(/^x/).max(2) },
      '/properties/a/maxLength',
      OLD_EVENTS,
    ],
    ['any text becomes an enum', { a: z.string() }, { a: z.enum(['x']) }, '/properties/a/enum', OLD_EVENTS],
    ['a fixed value changes', { a: z.literal('x') }, { a: z.literal('y') }, '/properties/a/const', OLD_EVENTS],
    [
      'a variant is added',
      variants(goods, money),
      variants(goods, money, seats),
      '/properties/line/oneOf/2',
      OLD_CONSUMERS,
    ],
    ['a variant is removed', variants(goods, money), variants(goods), '/properties/line/oneOf', OLD_EVENTS],
    [
      'a variant changes',
      variants(goods, money),
      variants(goods, money.extend({ rupiah: z.string() })),
      '/properties/line/oneOf/1/properties/rupiah/type',
      'was "integer"',
    ],
    ['a limit is raised', { a: z.string().max(5) }, { a: z.string().max(6) }, '/properties/a/maxLength', OLD_CONSUMERS],
    ['a limit is lowered', { a: z.string().max(5) }, { a: z.string().max(4) }, '/properties/a/maxLength', OLD_EVENTS],
    ['a limit is dropped', { a: z.number().min(1) }, { a: z.number() }, '/properties/a/minimum', OLD_CONSUMERS],
    [
      'a limit is set',
      { a: z.array(z.string()) },
      { a: z.array(z.string()).min(1) },
      '/properties/a/minItems',
      OLD_EVENTS,
    ],
    [
      'a pattern changes',
      { a: z.string().regex(/^a/) },
      { a: z.string().regex(/^b/) },
      '/properties/a/pattern',
      'one side rejects',
    ],
    ['a format changes', { a: z.iso.date() }, { a: z.iso.datetime() }, '/properties/a/format', 'one side rejects'],
    [
      'what a list holds changes',
      { a: z.array(goods) },
      { a: z.array(goods.omit({ pieces: true })) },
      '/properties/a/items/properties/pieces',
      OLD_CONSUMERS,
    ],
    [
      'what a list holds is not said any more',
      { a: z.array(z.string()) },
      { a: z.array(z.string()).or(z.string()) },
      '/properties/a/anyOf/1',
      OLD_CONSUMERS,
    ],
    [
      'an object is closed',
      { a: goods },
      { a: z.strictObject(goods.shape) },
      '/properties/a/additionalProperties',
      OLD_EVENTS,
    ],
    [
      'a field is added to a closed object',
      { a: z.strictObject({}) },
      { a: z.strictObject({ b: z.string().optional() }) },
      '/properties/a/properties/b',
      OLD_CONSUMERS,
    ],
    [
      'what any further field holds changes',
      { a: z.record(z.string(), z.int()) },
      { a: z.record(z.string(), z.boolean()) },
      '/properties/a/additionalProperties/type',
      'was "integer"',
    ],
    [
      'what further fields hold is said now',
      { a: z.object({}) },
      { a: z.object({}).catchall(z.int()) },
      '/properties/a/additionalProperties',
      'has changed',
    ],
    ['a name with a slash is removed', { 'a/b': z.string() }, {}, '/properties/a~1b', OLD_CONSUMERS],
  ])('%s', (_what, released, current, pointer, why) => {
    expect(breaks(released, current)).toContainEqual({ pointer, why: expect.stringContaining(why) });
  });

  test.each<[what: string, released: Fields, current: Fields]>([
    ['nothing changes', { a: variants(goods, money).line.nullable() }, { a: variants(goods, money).line.nullable() }],
    ['an optional field is added', {}, { a: z.string().optional() }],
    ['a field with a default is added', {}, { a: z.string().default('') }],
    [
      'an optional field is added to a variant',
      variants(goods, money),
      variants(goods, money.extend({ note: z.literal('x').optional() })),
    ],
    [
      'an optional field is added to what a list holds',
      { a: z.array(goods) },
      { a: z.array(goods.extend({ note: z.string().optional() })) },
    ],
    ['the words change', { a: z.string().describe('one') }, { a: z.string().describe('other') }],
    ['the default changes', { a: z.string().default('one') }, { a: z.string().default('other') }],
    [
      'the order of values and variants changes',
      { a: z.enum(['x', 'y']), ...variants(goods, money) },
      { a: z.enum(['y', 'x']), line: z.discriminatedUnion('package', [money, goods]) },
    ],
    [
      'an enum opens to a text with a pattern that its values have',
      { a: z.enum(['x', 'y-2']) },
      { a: z.string().regex(/^[a-z][a-z0-9-]*$/) },
    ],
    ['a closed object opens', { a: z.strictObject({ b: z.string() }) }, { a: z.object({ b: z.string() }) }],
  ])('is not: %s', (_what, released, current) => {
    expect(breaks(released, current)).toEqual([]);
  });
});

describe('the contracts', () => {
  const shelfFilled = (data: z.ZodObject, example: object) => {
    return contractsOf([
      defineEvent({
        service: 'shop',
        name: 'shelf-filled',
        major: 1,
        subject: 'shelf',
        summary: '',
        data,
        example,
      } as never),
    ]);
  };
  const released = shelfFilled(z.object({ shelf: z.string() }), { shelf: 's-1' });

  test('hold where they are as they were', () => expect(contractFaults(released, released)).toEqual([]));

  test('name the contract and the place of a break', () => {
    const faults = contractFaults(released, shelfFilled(z.object({ shelf: z.int() }), { shelf: 1 }));
    expect(faults).toContainEqual(expect.stringMatching(/^shop\.shelf-filled\.v1#\/properties\/shelf\/type: /));
  });

  test('may not lose one, not even to a new major', () => {
    expect(contractFaults(released, [])).toContainEqual(
      expect.stringMatching(/^shop\.shelf-filled\.v1#: the contract is gone/),
    );
  });

  test('read the released example, also where a schema does not say what is checked', () => {
    const checked = shelfFilled(
      z.object({ shelf: z.string().refine((id) => id.startsWith('t'), 'a shelf begins with t') }),
      { shelf: 't-1' },
    );
    expect(contractFaults(released, checked)).toEqual([
      'shop.shelf-filled.v1#/example/shelf: consumers reject the released example: a shelf begins with t',
    ]);
  });
});

test.each(catalogue.map((event) => [event.type, event] as const))(
  'the example of %s has a subject that is in its data',
  (_type, event) => {
    const { subject, id } = exampleEnvelope(event);
    expect(JSON.stringify(event.example)).toContain(subject);
    expect(id).toBe(`${event.service}:${subject}@1`);
  },
);

describe('the command', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'ksbb-contracts-'));
    cpSync(join(ROOT, 'packages/contracts/released'), dir, { recursive: true });
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const contracts = (...args: string[]) =>
    run(process.execPath, ['infra/check/contracts.ts', '--dir', dir, ...args], { cwd: ROOT, timeoutMs: 20_000 });
  const change = (name: string, edit: (text: string) => string) => {
    const file = join(dir, `${name}.json`);
    writeFileSync(file, edit(readFileSync(file, 'utf8')));
  };

  test('finds that the contracts of this tree hold', async () => {
    expect(await contracts()).toMatchObject({ code: 0, stdout: `${catalogue.length + 1} released contracts hold\n` });
  });

  test('reports a break by contract and JSON pointer, ends with 1 and releases nothing', async () => {
    change('commitment.line-released.v1', (text) => text.replace('"withdrawn"', '"taken-back"'));
    const before = readFileSync(join(dir, 'commitment.line-released.v1.json'), 'utf8');
    const { code, stdout } = await contracts('--release');
    expect(code).toBe(1);
    expect(stdout).toContain('commitment.line-released.v1#/properties/reason/enum: the value "withdrawn" is new');
    expect(stdout).toContain('2 breaking changes inside a major');
    expect(readFileSync(join(dir, 'commitment.line-released.v1.json'), 'utf8')).toBe(before);
  });

  test('releases what is new and what was added, as it is committed', async () => {
    rmSync(join(dir, 'training.training-held.v1.json'));
    change('envelope.v1', (text) =>
      text.replace('"time": "2026-11-24T03:00:00.000Z"', '"time": "2026-11-25T03:00:00.000Z"'),
    );
    expect((await contracts('--release')).stdout).toBe('released envelope.v1, training.training-held.v1\n');
    for (const name of ['envelope.v1', 'training.training-held.v1']) {
      expect(readFileSync(join(dir, `${name}.json`), 'utf8')).toBe(
        readFileSync(join(ROOT, `packages/contracts/released/${name}.json`), 'utf8'),
      );
    }
  });

  test('without any released contract there is nothing to hold to, which is a fault', async () => {
    expect(
      await run(process.execPath, ['infra/check/contracts.ts', '--dir', join(dir, 'empty')], {
        cwd: ROOT,
        timeoutMs: 20_000,
      }),
    ).toMatchObject({ code: 1 });
  });
});
