export {
  type Authenticator,
  bearerAuthenticator,
  bearerToken,
  constantTimeEqual,
  type HeaderAuthenticator,
  optional,
  type SignatureAuthenticator,
} from './auth.ts';
export { changedMeanwhile, etagOf, pageFrom, pageQuery, versionOfIfMatch } from './conventions.ts';
export { buildEventService } from './event-service.ts';
export { createHttpApp, routeTable } from './http.ts';
export { type BuiltService, type ServiceParts, startService } from './lifecycle.ts';
export { createLog, type Log } from './log.ts';
export { type Loop, startLoop } from './loop.ts';
export { createMetrics, measureRequests, type Metrics } from './metrics.ts';
export {
  badRequest,
  conflict,
  type FieldError,
  notFound,
  Problem,
  problemBody,
  problemsOf,
  unauthorized,
  unavailable,
  unprocessable,
} from './problem.ts';
export { type Answer, defineRoute, type Route } from './route.ts';
export { httpSettings, parseSettings, platformSettings, port, secret, settingsOrExit } from './settings.ts';
export { fieldErrors, parse } from './validate.ts';
export { traceHeaders, traceRequests } from './tracing.ts';
export { keyedMutex } from './keyed-mutex.ts';
