import { between, cell, cloud, mix, noise, type Roll, type Vec3 } from './math.js';
import { colour, gloss, paint, type Surface } from './surface.js';

/** A colour of things people own: grey or muted mostly, sometimes bright. */
export const anyColour = (roll: Roll): number => {
  const [light, vivid] = [between(roll, 30, 235), roll() < 0.35 ? 90 : 18];
  const part = (): number => Math.round(Math.min(250, Math.max(8, light + between(roll, -vivid, vivid))));
  return (part() << 16) | (part() << 8) | part();
};

const blend = ([a, b, c]: Vec3, [d, e, f]: Vec3, k: number): Vec3 => [mix(a, d, k), mix(b, e, k), mix(c, f, k)];

/** A wall (or a carton) of a random colour: plain, stained, striped, tiled or of bricks; brighter towards one side. */
export const wallpaper = (roll: Roll): Surface => {
  const grey = Math.round(between(roll, 105, 225));
  const [base, other] = [colour(roll() < 0.45 ? (grey << 16) | ((grey - 3) << 8) | (grey - Math.round(between(roll, 0, 16))) : anyColour(roll)), colour(anyColour(roll))];
  const kind = roll();
  const [size, slope, rise, dirt] = [between(roll, 0.4, 1.6), between(roll, -0.04, 0.04), between(roll, -0.05, 0.05), between(roll, 0, 0.25)];
  return (p, look) => {
    const [u, v] = [(p.x + p.z * 0.7) / size, p.y / size];
    let k = 0;
    let tone = 1;
    if (kind > 0.85) {
      const along = u * 0.8 + 0.5 * (Math.floor(v * 2) & 1);
      tone = Math.min(along - Math.floor(along), (v * 2 - Math.floor(v * 2)) * 0.5) < 0.06 ? 1.3 : 0.85 + 0.3 * cell(along, v * 2, 3);
    } else if (kind > 0.75) {
      const joint = Math.min(u - Math.floor(u), v - Math.floor(v)) < 0.04;
      tone = joint ? 0.7 : 0.97 + 0.06 * cell(u, v, 1);
    } else if (kind > 0.65) k = u - Math.floor(u) < 0.4 ? 0.7 : 0;
    const light = Math.max(0.35, Math.min(1.5, 1 + slope * p.x + rise * p.y));
    paint(look, blend(base, other, k), tone * light * (1 - dirt + 2 * dirt * cloud(p.x * 0.4 + 7, p.y * 0.4)));
  };
};

/** A table's top or a floor: lacquered, of wood, of stone, or under a cloth. */
export const worktop = (roll: Roll): Surface => {
  const kind = roll();
  const white = roll() < 0.35;
  const [base, other] = [colour(white ? 0xdcd8d2 : anyColour(roll)), colour(anyColour(roll))];
  const wood = blend([0.32, 0.18, 0.08], [0.06, 0.035, 0.02], roll());
  const [shiny, size] = [roll() < 0.4 ? between(roll, 0.02, 0.06) : 0, between(roll, 0.3, 1.2)];
  return (p, look) => {
    if (kind < 0.5) paint(look, base, 0.94 + 0.12 * cloud(p.x * 0.7, p.z * 0.7));
    else if (kind < 0.75) paint(look, wood, 0.6 + 0.8 * noise(p.x * 0.9 + noise(p.x * 0.3, p.z * 0.8) * 2, p.z * 14 * size, p.y * 3));
    else if (kind < 0.88) paint(look, base, 0.7 + 0.6 * noise(p.x * 9, p.z * 9));
    else paint(look, blend(base, other, ((Math.floor(p.x / size) & 1) + (Math.floor(p.z / size) & 1)) / 2));
    if (shiny) gloss(look, shiny, 60, 0.7, 0.35);
  };
};
