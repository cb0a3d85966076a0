import { isInside, toPolygon } from './polygon.ts';

const square = (from: number, to: number) => [
  [from, from],
  [to, from],
  [to, to],
  [from, to],
  [from, from],
];
const frame = toPolygon([square(0, 10), square(4, 6)]);

test('the area of a polygon is its outer ring less its holes', () => {
  expect(frame.area).toBe(96);
});

test.each([
  [1, 1, true],
  [9, 5, true],
  [5, 5, false],
  [11, 5, false],
  [5, -1, false],
])('%d, %d is inside: %s', (lon, lat, inside) => {
  expect(isInside(frame, lon, lat)).toBe(inside);
});

test('a point in the bay of a bent shape is outside although its box holds it', () => {
  const bent = toPolygon([
    [
      [0, 0],
      [10, 0],
      [10, 10],
      [9, 10],
      [9, 1],
      [0, 1],
      [0, 0],
    ],
  ]);
  expect(isInside(bent, 5, 5)).toBe(false);
  expect(isInside(bent, 9.5, 5)).toBe(true);
});
