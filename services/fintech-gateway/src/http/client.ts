import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import axios, { type Axios } from 'axios';

type Options = { httpAgent: HttpAgent; httpsAgent: HttpsAgent; maxContentLength: number };

/** axios sets this on its socket for every call; an agent that sets another value doubles the system calls. */
export const KEEP_ALIVE_MS = 60_000;

/**
 * axios without its defaults, which it would merge into every call: a body goes out as it is, an answer comes back as text
 * whatever its status, redirects are answers, and no proxy of the environment is used. At most `maxContentLength` bytes of
 * an answer are read.
 */
export const createHttpClient = (options: Options): Axios =>
  new axios.Axios({
    adapter: axios.getAdapter('http'),
    validateStatus: () => true,
    responseType: 'text',
    maxRedirects: 0,
    proxy: false,
    ...options,
  });
