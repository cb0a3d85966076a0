export { bearerToken, requireBearer } from './bearer.ts';
export { createHttpApp } from './http.ts';
export { createHealthApp, runService, type ReadyChecks } from './lifecycle.ts';
export { createLog, type Log } from './log.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { badRequest, conflict, type FieldError, notFound, Problem, unauthorized, unavailable, unprocessable } from './problem.ts';
export { type Answer, defineRoute, type Route } from './route.ts';
export { httpSettings, parseSettings, platformSettings, port, secret, SettingsError } from './settings.ts';
export { fieldErrors, parse } from './validate.ts';
