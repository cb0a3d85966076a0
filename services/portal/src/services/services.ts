import type { Log } from '@ksbb/service-kit';
import type { ServiceName } from '../settings.ts';
import { createCall } from './call.ts';
import { type CommitmentClient, createCommitmentClient } from './commitment.ts';
import { createGatewayClient, type GatewayClient } from './fintech-gateway.ts';
import { createRegistryClient, type RegistryClient } from './msme-registry.ts';
import { createReportingClient, type ReportingClient } from './reporting.ts';
import { createTrainingClient, type TrainingClient } from './training.ts';

export type Services = {
  registry: RegistryClient;
  commitment: CommitmentClient;
  gateway: GatewayClient;
  training: TrainingClient;
  reporting: ReportingClient;
};

/** One typed client for each service that the portal shows something of. */
export function createServices(addresses: Record<ServiceName, string>, log: Log): Services {
  const to = (service: ServiceName) => createCall(service, addresses[service], log);
  return {
    registry: createRegistryClient(to('msme-registry')),
    commitment: createCommitmentClient(to('commitment')),
    gateway: createGatewayClient(to('fintech-gateway')),
    training: createTrainingClient(to('training')),
    reporting: createReportingClient(to('reporting')),
  };
}
