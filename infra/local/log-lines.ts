const COLOURS = [36, 32, 35, 34, 33, 96, 92, 95];
const LEVEL_COLOURS: Record<string, number> = { warn: 33, error: 31, fatal: 31 };
const LEVELS: Record<string, string> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };
const SHOWN_ALREADY = new Set(['level', 'time', 'msg', 'service', 'pid', 'hostname', 'v']);

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
    if (entry === undefined) return `${' '.repeat(12)} ${name} ${line}`;
    const level = levelOf(entry['level']);
    const rest = Object.entries(entry).filter(([key]) => !SHOWN_ALREADY.has(key));
    const pairs = rest.map(([key, value]) => ` ${paint(2, `${key}=${renderValue(value)}`)}`);
    const shownLevel = paint(LEVEL_COLOURS[level], level.padEnd(5));
    return `${timeOf(entry['time'])} ${name} ${shownLevel} ${String(entry['msg'] ?? '')}${pairs.join('')}`;
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

/** pino writes a number unless told to write the label. */
function levelOf(level: unknown): string {
  return LEVELS[String(level)] ?? String(level ?? '');
}

/** Local time of day; pino writes milliseconds unless told to write ISO 8601. */
function timeOf(time: unknown): string {
  const date = new Date(typeof time === 'number' ? time : String(time));
  if (Number.isNaN(date.getTime())) return ' '.repeat(12);
  const two = (value: number) => String(value).padStart(2, '0');
  const milliseconds = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`;
}

function renderValue(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  if (isError(value)) return JSON.stringify(value.message);
  return JSON.stringify(value);
}

/** As pino serialises an error; its stack is in the service's own file. */
function isError(value: unknown): value is { message: string; stack: string } {
  return typeof value === 'object' && value !== null && 'stack' in value && 'message' in value;
}
