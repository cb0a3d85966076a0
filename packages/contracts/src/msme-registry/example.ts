import type { Msme } from './msme.ts';

export const exampleMsme: Msme = {
  msmeId: 'osm-way-352856285',
  name: 'Pasar Petojo',
  category: 'pasar',
  origin: 'openstreetmap',
  sourceId: 'osm:way/352856285',
  profile: { id: 'Pasar di Petojo Utara, Gambir.', en: 'A market in Petojo Utara, Gambir.' },
  location: { lat: -6.162739, lon: 106.812031 },
  area: {
    kodeKelurahan: '31.71.01.1003',
    kelurahan: 'Petojo Utara',
    kecamatan: 'Gambir',
    kota: 'Kota Administrasi Jakarta Pusat',
  },
  photos: [],
  needs: [
    {
      needId: 'osm-way-352856285.face-mask',
      package: 'goods',
      item: 'face-mask',
      quantity: 200,
      declaredAt: '2026-11-01T00:00:00.000Z',
    },
    {
      needId: 'osm-way-352856285.capital',
      package: 'capital',
      amountRupiah: 6_000_000,
      declaredAt: '2026-11-01T00:00:00.000Z',
    },
  ],
  verified: true,
  listedAt: '2026-11-01T00:00:00.000Z',
};
