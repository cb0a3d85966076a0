import type { MsmeFacts } from './decide.ts';

/** A market as an officer registers it, for tests. */
export const exampleMsmeFacts: MsmeFacts = {
  name: 'Pasar Petojo',
  category: 'pasar',
  origin: 'registered',
  sourceId: 'registration:1',
  profile: { id: 'Pasar di Petojo Utara, Gambir.', en: 'A market in Petojo Utara, Gambir.' },
  location: { lat: -6.162739, lon: 106.812031 },
  area: {
    kodeKelurahan: '31.71.01.1003',
    kelurahan: 'Petojo Utara',
    kecamatan: 'Gambir',
    kota: 'Kota Administrasi Jakarta Pusat',
  },
  photos: [],
  verified: false,
  needs: [
    { package: 'goods', item: 'face-mask', quantity: 200 },
    { package: 'capital', amountRupiah: 6_000_000 },
    { package: 'training', topic: 'bookkeeping', seats: 4 },
  ],
};
