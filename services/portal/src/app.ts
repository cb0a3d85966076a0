import { type BuiltService, type Log, measureRequests, type Metrics, notFound, traceRequests } from '@ksbb/service-kit';
import compression from 'compression';
import express, { type NextFunction, type Request, type Response } from 'express';
import { arrangeTrainingPages } from './pages/collaboration/arrange-training.ts';
import { closeCollaborationPage, openCollaborationPage } from './pages/collaboration/open.ts';
import { reportDeliveryPage } from './pages/collaboration/report-delivery.ts';
import { collaborationPage, findCollaborationPage } from './pages/collaboration/route.ts';
import { errorPage } from './pages/error-page.ts';
import { receiptPage } from './pages/give-help/receipt-page.ts';
import { giveHelpPage, sendHelpPage } from './pages/give-help/route.ts';
import { impactPage } from './pages/impact.ts';
import { joinDonationPage } from './pages/join-donation.ts';
import { mainPage } from './pages/main/route.ts';
import { confirmReceiptPage, msmeOwnPage } from './pages/msme-own.ts';
import { msmePage } from './pages/msme.ts';
import { createProxy } from './proxy/proxy.ts';
import { createServices, type Services } from './services/clients.ts';
import { serviceAddresses, type Settings } from './settings.ts';
import { loadAssets } from './web/assets.ts';
import { mountPages, pageRequestOf, sendPage } from './web/mount-pages.ts';
import type { Page } from './web/page.ts';
import { securityHeaders } from './web/security.ts';

type Parts = { settings: Settings; log: Log; metrics: Metrics };

function allPages(services: Services, { TILE_URL, TILE_ATTRIBUTION }: Settings): Page[] {
  return [
    mainPage({ registry: services.registry, map: { tileUrl: TILE_URL, tileAttribution: TILE_ATTRIBUTION } }),
    msmePage(services),
    giveHelpPage(services),
    sendHelpPage(services),
    receiptPage(services),
    findCollaborationPage(),
    collaborationPage(services),
    reportDeliveryPage(services),
    openCollaborationPage(services),
    closeCollaborationPage(),
    ...arrangeTrainingPages(services),
    msmeOwnPage(services),
    confirmReceiptPage(services),
    joinDonationPage(services),
    impactPage(services),
  ];
}

/**
 * Wires the portal: pages in both languages, their assets, and the edge under `/api`. It owns no data and is always
 * ready.
 */
export function createApp({ settings, log, metrics }: Parts): BuiltService {
  const publicUrl = settings.PUBLIC_URL;
  const shell = { assets: loadAssets(), publicUrl };
  const addresses = serviceAddresses(settings);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(traceRequests);
  app.use(measureRequests(metrics));
  app.use(securityHeaders({ publicUrl, tileUrl: settings.TILE_URL }));
  app.use(compression());
  app.use('/api', createProxy({ addresses, publicUrl, log }));
  app.use('/assets', shell.assets.serve);
  mountPages(app, allPages(createServices(addresses, log), settings), shell);
  app.use(() => {
    throw notFound('no-such-page', 'There is no page at this address.');
  });
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    const pageRequest = pageRequestOf(request, publicUrl);
    const page = errorPage(pageRequest, error);
    if (page.status === 500) log.error({ err: error, route: response.locals.route }, 'a page failed');
    if (response.headersSent) response.destroy();
    else sendPage(response, pageRequest, page, shell);
  });
  return { app, ready: {}, close: async () => {} };
}
