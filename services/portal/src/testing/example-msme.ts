import { type MsmeDetail, msmeDetail } from '@ksbb/contracts';

const msmeId = 'osm-way-352856285';
const declaredAt = '2026-11-01T00:00:00.000Z';

/** An MSME that needs something of each package. */
export const exampleMsme: MsmeDetail = msmeDetail.parse({
  msmeId,
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
    { needId: `${msmeId}.face-mask`, package: 'goods', item: 'face-mask', quantity: 200, declaredAt },
    { needId: `${msmeId}.capital`, package: 'capital', amountRupiah: 6_000_000, declaredAt },
    { needId: `${msmeId}.bookkeeping`, package: 'training', topic: 'bookkeeping', skill: 'hard', seats: 4, declaredAt },
  ],
  verified: true,
  listedAt: declaredAt,
  coverage: null,
});
