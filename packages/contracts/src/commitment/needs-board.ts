import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { msmeId, needId, packageOfHelp } from '../primitives.ts';

/**
 * One need on the board, in its own unit. `promised` includes `delivered`. `open` is declared minus promised, at least
 * 0.
 */
export const needCoverage = z.object({
  needId,
  package: packageOfHelp,
  declared: z.int().min(0),
  promised: z.int().min(0),
  delivered: z.int().min(0),
  open: z.int().min(0),
});
export type NeedCoverage = z.output<typeof needCoverage>;

/** Answer of `GET /boards/:msmeId`. */
export const board = z.object({ msmeId, needs: z.array(needCoverage) });
export type Board = z.output<typeof board>;

/** Answer of `GET /boards?msmeIds=a,b,c`: the boards of those that are known, in the order asked. */
export const boardList = z.object({ items: z.array(board) });

export const needCoverageChanged = defineEvent({
  service: 'commitment',
  name: 'need-coverage-changed',
  major: 1,
  subject: 'msmeId',
  summary: 'What is declared, promised, delivered and open at one MSME. The event carries all its needs.',
  data: board,
  example: {
    msmeId: 'osm-way-352856285',
    needs: [
      {
        needId: 'osm-way-352856285.face-mask',
        package: 'goods',
        declared: 200,
        promised: 100,
        delivered: 0,
        open: 100,
      },
    ],
  },
});
