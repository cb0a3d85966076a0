import { createRelay, type Database, isDatabaseUnavailable, openStore } from '@ksbb/document-store';
import type { Bus } from '@ksbb/messaging';
import { buildEventService, type BuiltService, type ServiceParts } from '@ksbb/service-kit';
import { createCapabilities } from './access/capability.ts';
import { createPinCheck } from './access/check-pin.ts';
import { linkMsmes, openCollaboration } from './collaboration/open-collaboration.ts';
import { showCollaboration } from './collaboration/show-collaboration.ts';
import { showContacts } from './collaboration/show-contacts.ts';
import { confirmReceipt } from './deliveries/confirm-receipt.ts';
import { reportDelivery } from './deliveries/report-delivery.ts';
import { listInstitutions } from './institutions.ts';
import { startResuming } from './make-commitment/reservation-process.ts';
import { makeCommitment } from './make-commitment/route.ts';
import type { CommitmentSettings } from './settings.ts';
import { listBoards, showBoard } from './show-boards.ts';
import { type Boards, boardStore, type Commitments, commitmentStore, openContacts, openPinAttempts } from './stores.ts';
import { subscriptions } from './subscriptions.ts';

type Parts = ServiceParts<
  Pick<CommitmentSettings, 'PIN_SECRET' | 'CAPABILITY_SECRET' | 'OPERATOR_TOKEN' | 'INSTITUTIONS_FILE' | 'PARTNERS'>
> & { database: Database; bus: Bus };

/**
 * Wires the service and starts its background work: reactions, the relay and the resuming of reservations. Does not
 * listen.
 */
export async function createApp(parts: Parts): Promise<BuiltService & { boards: Boards; commitments: Commitments }> {
  const { settings, database, bus, log, metrics, clock } = parts;
  const { connection } = database;
  const relay = createRelay({ publisher: bus, log, clock, registry: metrics.registry });
  const boards = await openStore(boardStore, { connection, relay, clock });
  const commitments = await openStore(commitmentStore, { connection, relay, clock });
  const contacts = await openContacts(connection);
  const attempts = await openPinAttempts(connection);

  const pinSecret = settings.PIN_SECRET;
  const reservationParts = { boards, commitments, clock };
  const capabilities = createCapabilities({ secret: settings.CAPABILITY_SECRET, clock });
  const checkPin = createPinCheck({ attempts, secret: pinSecret, clock });
  const routes = [
    makeCommitment({ ...reservationParts, contacts, pinSecret, partners: settings.PARTNERS }),
    showCollaboration({ commitments }),
    openCollaboration({ commitments, checkPin, capabilities }),
    reportDelivery({ commitments, checkPin, clock }),
    confirmReceipt({ commitments, capabilities, clock }),
    linkMsmes({ commitments, capabilities }),
    showContacts({ commitments, contacts, capabilities, log }),
    showBoard({ boards }),
    listBoards({ boards }),
    listInstitutions({ institutions: settings.INSTITUTIONS_FILE }),
  ];

  bus.subscribe(subscriptions, reservationParts);
  relay.start();
  const resuming = startResuming(reservationParts, log);
  const service = buildEventService({
    ...parts,
    service: 'commitment',
    routes,
    relay,
    loops: [resuming],
    isUnavailable: isDatabaseUnavailable,
  });
  return { ...service, boards, commitments };
}
