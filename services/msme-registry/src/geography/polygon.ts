/** Longitude and latitude in degrees. */
export type Position = number[];

/** An outer ring and its holes; longitude first. */
export type Polygon = { rings: Position[][]; west: number; south: number; east: number; north: number; area: number };

/** In square degrees, by the shoelace formula. */
function ringArea(ring: Position[]): number {
  let twice = 0;
  for (let at = 0; at < ring.length - 1; at += 1) {
    const [[x1 = 0, y1 = 0] = [], [x2 = 0, y2 = 0] = []] = [ring[at], ring[at + 1]];
    twice += x1 * y2 - x2 * y1;
  }
  return Math.abs(twice) / 2;
}

export function toPolygon(rings: Position[][]): Polygon {
  const outer = rings[0] ?? [];
  const lons = outer.map(([lon = 0]) => lon);
  const lats = outer.map(([, lat = 0]) => lat);
  const area = rings.reduce((sum, ring, at) => sum + (at === 0 ? ringArea(ring) : -ringArea(ring)), 0);
  return {
    rings,
    west: Math.min(...lons),
    south: Math.min(...lats),
    east: Math.max(...lons),
    north: Math.max(...lats),
    area,
  };
}

/** Whether a ray from the point to the east leaves the rings an odd number of times; a point in a hole is outside. */
export function isInside({ rings, west, south, east, north }: Polygon, lon: number, lat: number): boolean {
  if (lon < west || lon > east || lat < south || lat > north) return false;
  let inside = false;
  for (const ring of rings) {
    for (let at = 0, before = ring.length - 1; at < ring.length; before = at, at += 1) {
      const [[x1 = 0, y1 = 0] = [], [x2 = 0, y2 = 0] = []] = [ring[at], ring[before]];
      if (y1 > lat !== y2 > lat && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) inside = !inside;
    }
  }
  return inside;
}
