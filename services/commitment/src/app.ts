import { createRelay, type Database, isDatabaseUnavailable, openStore } from '@ksbb/document-store';
import type { Bus } from '@ksbb/messaging';
import { type BuiltService, createHttpApp, deadLetterRoutes, type Log, type Metrics } from '@ksbb/service-kit';
import { createCapabilities } from './access/capability.ts';
import { createPinCheck } from './access/check-pin.ts';
import { confirmReceipt } from './confirm-receipt/route.ts';
import { listInstitutions } from './institutions/route.ts';
import { linkMsmes } from './link-msmes/route.ts';
import { makeCommitment } from './make-commitment/route.ts';
import { openCollaboration } from './open-collaboration/route.ts';
import { reportDelivery } from './report-delivery/route.ts';
import { startSweeper } from './reserving/sweeper.ts';
import type { CommitmentSettings } from './settings.ts';
import { listBoards, showBoard } from './show-boards/routes.ts';
import { showCollaboration } from './show-collaboration/route.ts';
import { showContacts } from './show-contacts/route.ts';
import { type Boards, boardStore } from './stores/boards.ts';
import { type Commitments, commitmentStore } from './stores/commitments.ts';
import { openContacts } from './stores/contacts.ts';
import { openPinAttempts } from './stores/pin-attempts.ts';
import { subscriptions } from './subscriptions.ts';

type Parts = {
  settings: Pick<CommitmentSettings, 'PIN_SECRET' | 'CAPABILITY_SECRET' | 'OPERATOR_TOKEN' | 'INSTITUTIONS_FILE'>;
  database: Database;
  bus: Bus;
  log: Log;
  metrics: Metrics;
  clock: () => Date;
};

/** Wires the service, and starts what it does by itself: reactions, the relay and the sweeper. It does not listen. */
export async function createApp(parts: Parts): Promise<BuiltService & { boards: Boards; commitments: Commitments }> {
  const { settings, database, bus, log, metrics, clock } = parts;
  const { connection } = database;
  const relay = createRelay({ publisher: bus, log, clock, registry: metrics.registry });
  const boards = await openStore(boardStore, { connection, relay, clock });
  const commitments = await openStore(commitmentStore, { connection, relay, clock });
  const contacts = openContacts(connection);
  const attempts = await openPinAttempts(connection);

  const pinSecret = settings.PIN_SECRET;
  const reservations = { boards, commitments, clock };
  const capabilities = createCapabilities({ secret: settings.CAPABILITY_SECRET, clock });
  const checkPin = createPinCheck({ attempts, secret: pinSecret, clock });
  const routes = [
    makeCommitment({ ...reservations, contacts, pinSecret }),
    showCollaboration({ commitments }),
    openCollaboration({ commitments, checkPin, capabilities }),
    reportDelivery({ commitments, checkPin, clock }),
    confirmReceipt({ commitments, capabilities, clock }),
    linkMsmes({ commitments, capabilities, operatorToken: settings.OPERATOR_TOKEN }),
    showContacts({ commitments, contacts, capabilities, log }),
    showBoard({ boards }),
    listBoards({ boards }),
    listInstitutions({ institutions: settings.INSTITUTIONS_FILE }),
    ...deadLetterRoutes({ deadLetters: bus.deadLetters, operatorToken: settings.OPERATOR_TOKEN }),
  ];
  const app = createHttpApp({ service: 'commitment', routes, log, metrics, isUnavailable: isDatabaseUnavailable });

  bus.subscribe(subscriptions, reservations);
  relay.start();
  const sweeper = startSweeper(reservations, log);
  return {
    app,
    boards,
    commitments,
    ready: { database: database.ready, broker: bus.ready },
    close: async () => {
      await Promise.all([bus.stopConsuming(), sweeper.close()]);
      await relay.close();
      await bus.close();
      await database.close();
    },
  };
}
