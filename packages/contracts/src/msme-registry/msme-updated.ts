import { defineEvent } from '../event.ts';
import { exampleMsme } from './example.ts';
import { msme } from './msme.ts';

export const msmeUpdated = defineEvent({
  service: 'msme-registry',
  name: 'msme-updated',
  major: 1,
  subject: 'msmeId',
  summary: 'Something about a listed MSME changed. Carries its full public state.',
  data: msme,
  example: { ...exampleMsme, name: 'Pasar Petojo Utara' },
});
