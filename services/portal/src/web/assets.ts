import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { RequestHandler } from 'express';
import type { ClientScript } from './page.ts';

type Asset = { url: string; type: string; body: Buffer };

/** The address of a module, and of every module that it imports, directly or not. */
type ClientModule = { url: string; imports: readonly string[] };

/** The addresses of everything that a page loads. They contain a hash of the content, so that browsers cache them. */
export type Assets = {
  style: string;
  font: string;
  icon: string;
  leaflet: { script: string; style: string };
  topojson: string;
  scripts: Record<ClientScript, ClientModule>;
  /** Serves the content of every address above. */
  serve: RequestHandler;
};

const PREFIX = '/assets/';
const here = import.meta.dirname;
const assetsFolder = join(here, '..', 'assets');
const clientFolder = join(here, '..', 'client');
const require = createRequire(import.meta.url);

const types: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
};

/** Stores assets under their addresses. */
function createAssetRegistry() {
  const byUrl = new Map<string, Asset>();
  return {
    byUrl,
    put: (name: string, body: Buffer): string => {
      const hash = createHash('sha256').update(body).digest('base64url').slice(0, 16);
      const url = `${PREFIX}${hash}/${name}`;
      byUrl.set(url, { url, type: types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream', body });
      return url;
    },
  };
}

type AssetRegistry = ReturnType<typeof createAssetRegistry>;

const asset = (name: string) => readFileSync(join(assetsFolder, name));

/** The style sheets in the order of their cascade; they are sent as one file. */
const STYLES = [
  'base',
  'controls',
  'cards',
  'main-page',
  'map',
  'pages',
  'collaboration',
  'institutions-and-impact',
  'screens',
];

function putStyle(registry: AssetRegistry, font: string): string {
  const css = STYLES.map((name) => asset(`style/${name}.css`).toString()).join('\n');
  return registry.put('style.css', Buffer.from(css.replace('plus-jakarta-sans.woff2', font)));
}

/** Adds a client module without its types. Its imports are added first and replaced by their addresses. */
function putModule(registry: AssetRegistry, path: string): ClientModule {
  const imports = new Set<string>();
  const source = stripTypeScriptTypes(readFileSync(path, 'utf8'));
  const rewritten = source.replaceAll(/(?<=\bfrom ')\.[^']+\.ts(?=')/g, (specifier) => {
    const imported = putModule(registry, join(dirname(path), specifier));
    for (const url of [...imported.imports, imported.url]) imports.add(url);
    return imported.url;
  });
  return { url: registry.put(basename(path).replace(/\.ts$/, '.js'), Buffer.from(rewritten)), imports: [...imports] };
}

/** Reads every asset once, when the process starts. @throws if one is missing */
export function loadAssets(): Assets {
  const registry = createAssetRegistry();
  const script = (name: ClientScript) => putModule(registry, join(clientFolder, `${name}.ts`));
  const vendor = (path: string) => registry.put(basename(path), readFileSync(require.resolve(path)));
  const font = registry.put('plus-jakarta-sans.woff2', asset('plus-jakarta-sans.woff2'));
  return {
    font,
    style: putStyle(registry, font),
    icon: registry.put('icon.svg', asset('icon.svg')),
    leaflet: { script: vendor('leaflet/dist/leaflet.js'), style: vendor('leaflet/dist/leaflet.css') },
    topojson: vendor('topojson-client/dist/topojson-client.min.js'),
    scripts: { explore: script('explore'), 'give-help': script('give-help'), actions: script('actions') },
    serve: (request, response, next) => {
      const found = registry.byUrl.get(`${PREFIX}${request.path.slice(1)}`);
      if (found === undefined) return next();
      response.locals.route = '/assets/:hash/:name';
      return response
        .set({ 'Content-Type': found.type, 'Cache-Control': 'public, max-age=31536000, immutable' })
        .send(found.body);
    },
  };
}
