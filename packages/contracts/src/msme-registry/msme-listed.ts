import { defineEvent } from '../event.ts';
import { exampleMsme } from './example.ts';
import { msme } from './msme.ts';

export const msmeListed = defineEvent({
  service: 'msme-registry',
  name: 'msme-listed',
  major: 1,
  subject: 'msmeId',
  summary: 'An MSME is on the map for the first time, or again. Carries its full public state.',
  data: msme,
  example: exampleMsme,
});
