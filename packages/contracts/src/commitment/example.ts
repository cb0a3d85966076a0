import type { ConfirmedLine } from './line.ts';

export const exampleCollaborationId = 'KSBB-0000-0000-0011';

const place = {
  msmeId: 'osm-way-352856285',
  msmeName: 'Pasar Petojo',
  area: {
    kodeKelurahan: '31.71.01.1003',
    kelurahan: 'Petojo Utara',
    kecamatan: 'Gambir',
    kota: 'Kota Administrasi Jakarta Pusat',
  },
};

export const exampleLines: ConfirmedLine[] = [
  {
    ...place,
    lineId: `${exampleCollaborationId}.1`,
    needId: 'osm-way-352856285.face-mask',
    package: 'goods',
    item: 'face-mask',
    quantity: 100,
  },
  {
    ...place,
    lineId: `${exampleCollaborationId}.2`,
    needId: 'osm-way-352856285.capital',
    package: 'capital',
    amountRupiah: 6_000_000,
    partner: 'amanah',
    instalments: 3,
  },
  {
    ...place,
    lineId: `${exampleCollaborationId}.3`,
    needId: 'osm-way-352856285.bookkeeping',
    package: 'training',
    topic: 'bookkeeping',
    skill: 'hard',
    seats: 4,
  },
];
