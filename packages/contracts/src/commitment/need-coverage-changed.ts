import { defineEvent } from '../event.ts';
import { board } from './coverage.ts';

export const needCoverageChanged = defineEvent({
  service: 'commitment',
  name: 'need-coverage-changed',
  major: 1,
  subject: 'msmeId',
  summary: 'What is declared, promised, delivered and open at one MSME. Carries all its needs.',
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
