import {
  allThree,
  confirm,
  covered,
  given,
  goodsLine,
  release,
  requestOf,
  turnedAway,
} from '../testing/given-commitment.ts';
import { lineOf, msmesOf } from './commitment.ts';

const pasar = { msmeId: 'pasar', msmeName: 'Pasar', kelurahan: 'Petojo Utara' };
const toko = { msmeId: 'toko', msmeName: 'Toko', kelurahan: 'Petojo Utara' };
const closed = given(requestOf(goodsLine), confirm(covered(goodsLine, 1)), release(goodsLine.lineId));

test('each helped MSME is named once, also in a closed commitment', () => {
  expect(msmesOf(given(...allThree))).toEqual([pasar, toko]);
  expect(msmesOf(closed)).toEqual([pasar]);
});

test('no MSME is named before the commitment is confirmed, or where nothing was covered', () => {
  expect(msmesOf(given())).toEqual([]);
  expect(msmesOf(given(requestOf(goodsLine)))).toEqual([]);
  expect(msmesOf(given(requestOf(goodsLine), confirm(turnedAway(goodsLine))))).toEqual([]);
});

test('a line is found in a confirmed and in a closed commitment', () => {
  expect(lineOf(given(requestOf(goodsLine)), goodsLine.lineId)).toBeUndefined();
  expect(lineOf(given(...allThree), goodsLine.lineId)).toMatchObject({ status: 'open' });
  expect(lineOf(closed, goodsLine.lineId)).toMatchObject({ status: 'released' });
});
