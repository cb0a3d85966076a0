export { type Answer, call, type CallOptions, expectOk, retryUntilAnswered, type Send } from './api.ts';
export { eventually } from './eventually.ts';
export { freePort, freePorts, isFreePort } from './ports.ts';
export { guessManagementUrl, pingManagement } from './rabbitmq-management.ts';
export { seededRandom, type SeededRandom } from './random.ts';
export { freshDatabase, freshVhost, removeDatabase, removeVhost } from './servers.ts';
export { type Inspector, startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
export {
  type ChildCommand,
  type ChildProcess,
  describeEnding,
  type Ending,
  startChild,
  stopAllChildren,
  untilStarted,
} from './child-process.ts';
export { launchServiceProcess, startServiceProcess, untilServiceReady } from './service-process.ts';
export { supervise, type Supervised } from './supervisor.ts';
export {
  createPlatformClient,
  dayInJakarta,
  isNothingLeft,
  type PlatformAddress,
  type PlatformClient,
} from './platform-client.ts';
export type { PartnerCallback, PartnerContract, PartnerFault, Repayments } from './sandbox-client.ts';
