const COLOURS = [36, 32, 35, 34, 33, 96, 92, 95];
const LEVEL_COLOURS: Record<string, number> = { warn: 33, error: 31, fatal: 31 };
/** pino writes a number unless told to write the label. */
const LEVELS: Record<string, string> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };
const NO_TIME = ' '.repeat(12);

/** Renders one line of a service's output as `time service level message key=value`. */
export type LineRenderer = (service: string, line: string) => string;

/**
 * A renderer for these services, their names padded to one width. A line that is not a JSON object, such as a stack
 * trace, is shown as it is after the service's name.
 */
export function createLineRenderer(services: readonly string[], colour: boolean): LineRenderer {
  const width = Math.max(...services.map((name) => name.length));
  const paint = (code: number | undefined, text: string) =>
    colour && code !== undefined ? `\x1b[${code}m${text}\x1b[0m` : text;
  return (service, line) => {
    const name = paint(COLOURS[services.indexOf(service) % COLOURS.length], service.padEnd(width));
    const entry = parseEntry(line);
    if (entry === undefined) return `${NO_TIME} ${name} ${line}`;
    const { level, time, msg, service: _service, pid: _pid, hostname: _hostname, v: _v, ...rest } = entry;
    const label = LEVELS[String(level)] ?? String(level ?? '');
    const pairs = Object.entries(rest).map(([key, value]) => ` ${paint(2, `${key}=${renderValue(value)}`)}`);
    return `${timeOf(time)} ${name} ${paint(LEVEL_COLOURS[label], label.padEnd(5))} ${msg ?? ''}${pairs.join('')}`;
  };
}

function parseEntry(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Local time of day; pino writes milliseconds unless told to write ISO 8601. */
function timeOf(time: unknown): string {
  const date = new Date(typeof time === 'number' ? time : String(time));
  if (Number.isNaN(date.getTime())) return NO_TIME;
  return `${date.toTimeString().slice(0, 8)}.${date.toISOString().slice(20, 23)}`;
}

/** Of an error, as pino serialises it, only the message; its stack is in the service's own file. */
function renderValue(value: unknown): string {
  if (value instanceof Object && 'stack' in value && 'message' in value) return JSON.stringify(value.message);
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
