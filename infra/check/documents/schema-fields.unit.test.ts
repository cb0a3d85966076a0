import { z } from 'zod';
import { fieldsOf, type JsonSchema, typeText } from './schema-fields.ts';

const schemaOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'output' }) as JsonSchema;

describe('the fields of a contract', () => {
  test.each([
    [z.string(), 'string'],
    [z.iso.datetime(), 'date-time'],
    [z.int(), 'integer'],
    [z.string().nullable(), 'string or null'],
    [z.enum(['a', 'b']), '"a" or "b"'],
    [z.literal(1), '1'],
    [z.array(z.boolean()), 'list of boolean'],
    [z.unknown(), 'anything'],
  ])('type %#', (schema, text) => expect(typeText(schemaOf(schema))).toBe(text));

  test('come with those nested in them, and say whether they are required', () => {
    const schema = z.object({
      at: z.object({ lat: z.number() }).nullable(),
      tags: z.array(z.object({ name: z.string().optional() })),
    });
    expect(fieldsOf(schemaOf(schema))).toEqual([
      { path: 'at', type: 'object or null', required: true },
      { path: 'at.lat', type: 'number', required: true },
      { path: 'tags', type: 'list of object', required: true },
      { path: 'tags[].name', type: 'string', required: false },
    ]);
  });

  test('of a union name the variant they belong to, unless all variants have them', () => {
    const schema = z.object({
      lines: z.array(
        z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('goods'), id: z.string(), pieces: z.int() }),
          z.object({ kind: z.literal('money'), id: z.string(), rupiah: z.int() }),
        ]),
      ),
    });
    expect(fieldsOf(schemaOf(schema)).map(({ path }) => path)).toEqual([
      'lines',
      'lines[].kind',
      'lines[].id',
      'lines[].pieces (kind: goods)',
      'lines[].rupiah (kind: money)',
    ]);
  });
});
