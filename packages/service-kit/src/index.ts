export { bearerToken, requireBearer } from './bearer.ts';
export { type DeadLetters, deadLetterRoutes } from './dead-letter-routes.ts';
export { createHttpApp } from './http.ts';
export { type BuiltService, createHealthApp, type ReadyChecks, runService } from './lifecycle.ts';
export { createLog, type Log } from './log.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export {
  badRequest,
  conflict,
  type FieldError,
  notFound,
  Problem,
  problemBody,
  unauthorized,
  unavailable,
  unprocessable,
} from './problem.ts';
export { type Answer, defineRoute, type Route } from './route.ts';
export {
  httpSettings,
  parseSettings,
  platformSettings,
  port,
  secret,
  SettingsError,
  settingsOrExit,
} from './settings.ts';
export { fieldErrors, parse } from './validate.ts';
export { traceHeaders, traceRequests } from './tracing.ts';
export { keyedMutex } from './keyed-mutex.ts';
