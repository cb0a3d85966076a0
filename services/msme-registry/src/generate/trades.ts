import type { MsmeCategory, TrainingTopic } from '@ksbb/contracts';

export type Trade = { name: string; id: string; en: string };

/** What a business of a category may be called and do, how often the category comes, and what it may want to learn. */
type CategoryOfTrades = { share: number; trades: readonly Trade[]; topics: readonly TrainingTopic[] };

const trade = (name: string, id: string, en: string): Trade => ({ name, id, en });

export const TRADES: Record<MsmeCategory, CategoryOfTrades> = {
  kuliner: {
    share: 0.4,
    trades: [
      trade('Warung Nasi', 'warung nasi', 'a rice stall'),
      trade('Bakso', 'kedai bakso', 'a meatball noodle stall'),
      trade('Soto Betawi', 'kedai soto Betawi', 'a Betawi soup stall'),
      trade('Ayam Geprek', 'kedai ayam geprek', 'a fried chicken stall'),
      trade('Pecel Lele', 'warung tenda pecel lele', 'a fried catfish stall'),
      trade('Mi Ayam', 'kedai mi ayam', 'a chicken noodle stall'),
      trade('Gado-Gado', 'kedai gado-gado', 'a gado-gado stall'),
      trade('Kedai Kopi', 'kedai kopi', 'a coffee stall'),
      trade('Kue Basah', 'pembuat kue basah', 'a maker of steamed cakes'),
      trade('Martabak', 'kedai martabak', 'a martabak stall'),
      trade('Jamu', 'kedai jamu', 'a herbal drink stall'),
      trade('Katering', 'dapur katering', 'a catering kitchen'),
    ],
    topics: ['food-safety', 'bookkeeping', 'digital-marketing', 'product-photography', 'customer-service'],
  },
  toko: {
    share: 0.25,
    trades: [
      trade('Warung Kelontong', 'warung kelontong', 'a grocery stall'),
      trade('Toko Sembako', 'toko bahan pokok', 'a shop for staple foods'),
      trade('Toko Plastik', 'toko plastik dan kemasan', 'a packaging shop'),
      trade('Toko Busana', 'toko busana', 'a clothes shop'),
      trade('Toko Sepatu', 'toko sepatu', 'a shoe shop'),
      trade('Toko Alat Tulis', 'toko alat tulis', 'a stationery shop'),
      trade('Toko Buah', 'toko buah', 'a fruit shop'),
      trade('Depot Air Minum', 'depot air minum isi ulang', 'a drinking water refill station'),
    ],
    topics: ['bookkeeping', 'digital-marketing', 'customer-service', 'leadership'],
  },
  jasa: {
    share: 0.18,
    trades: [
      trade('Penjahit', 'penjahit', 'a tailor'),
      trade('Laundry', 'binatu kiloan', 'a laundry'),
      trade('Pangkas Rambut', 'pangkas rambut', 'a barber'),
      trade('Bengkel Motor', 'bengkel motor', 'a motorcycle workshop'),
      trade('Servis Elektronik', 'servis elektronik', 'an electronics repair shop'),
      trade('Fotokopi', 'jasa fotokopi', 'a copy shop'),
      trade('Cuci Motor', 'cuci motor', 'a motorcycle wash'),
    ],
    topics: ['customer-service', 'bookkeeping', 'leadership', 'digital-marketing'],
  },
  kerajinan: {
    share: 0.09,
    trades: [
      trade('Batik', 'pembuat batik', 'a batik maker'),
      trade('Sablon Kaus', 'sablon kaus', 'a T-shirt printer'),
      trade('Tas Rajut', 'pembuat tas rajut', 'a maker of knitted bags'),
      trade('Anyaman Bambu', 'pembuat anyaman bambu', 'a bamboo weaver'),
      trade('Mebel Kayu', 'pembuat mebel kayu', 'a furniture maker'),
      trade('Sulam Betawi', 'pembuat sulaman Betawi', 'a Betawi embroidery maker'),
    ],
    topics: ['product-photography', 'digital-marketing', 'bookkeeping', 'leadership'],
  },
  pasar: {
    share: 0.05,
    trades: [
      trade('Kios Sayur', 'kios sayur di pasar', 'a vegetable stall at a market'),
      trade('Kios Ikan', 'kios ikan di pasar', 'a fish stall at a market'),
      trade('Kios Bumbu', 'kios bumbu di pasar', 'a spice stall at a market'),
      trade('Lapak Buah', 'lapak buah di pasar', 'a fruit stall at a market'),
    ],
    topics: ['food-safety', 'bookkeeping', 'customer-service', 'leadership'],
  },
  lainnya: {
    share: 0.03,
    trades: [
      trade('Rumah Tempe', 'pembuat tempe', 'a tempeh maker'),
      trade('Tahu', 'pembuat tahu', 'a tofu maker'),
      trade('Tanaman Hias', 'penjual tanaman hias', 'a seller of house plants'),
      trade('Bank Sampah', 'pengolah barang bekas', 'a recycler'),
    ],
    topics: ['food-safety', 'bookkeeping', 'digital-marketing', 'leadership'],
  },
};

/** Words of good omen, flowers and the like. No names of people. */
export const OMENS = [
  'Berkah',
  'Barokah',
  'Sumber Rezeki',
  'Maju Jaya',
  'Sederhana',
  'Mekar Sari',
  'Melati',
  'Cempaka',
  'Kenanga',
  'Anggrek',
  'Harapan Jaya',
  'Sinar Pagi',
  'Cahaya',
  'Sejahtera',
  'Makmur',
  'Karya Mandiri',
  'Tunas Muda',
  'Rukun',
  'Sahabat',
  'Sari Rasa',
  'Pelangi',
  'Bintang Timur',
  'Lestari',
  'Sentosa',
  'Bersama',
  'Puspa',
  'Rezeki Pagi',
  'Bina Usaha',
  'Mutiara',
  'Delima',
  'Ondel-Ondel',
  'Kota Tua',
  'Ciliwung',
  'Sumber Makmur',
  'Tiga Roda',
  'Empat Musim',
  'Fajar',
  'Gemilang',
  'Teratai',
  'Setia Kawan',
] as const;
