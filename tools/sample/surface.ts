import { type Vec3 } from './math.js';

/** A point being shaded, in the piece's own coordinates and in the world. */
export type Point = {
  /** Local place, metres. */
  x: number; y: number; z: number;
  /** Local normal, unit length. */
  nx: number; ny: number; nz: number;
  /** World place, metres, and distance from the eye. */
  wx: number; wy: number; wz: number; far: number;
};

/** What light finds at a point; every field is set before a surface is asked and may be changed by it. */
export type Look = {
  /** Albedo, linear, 0..1. */
  r: number; g: number; b: number;
  /** Mirror reflection straight on, 0..1, and at grazing angles (Schlick). */
  mirror: number; grazing: number;
  /** Sharpness of the sun's highlight (Blinn exponent) and how blurred the mirrored street is, 0 sharp .. 1. */
  sharp: number; blur: number;
  /** Light given off, linear. */
  glow: number; glowG: number; glowB: number;
  /** 0..1 of the sky that reaches the point. */
  open: number;
  /** Added to the local normal: relief without geometry. */
  bx: number; by: number; bz: number;
  /** 0..1 of light that comes through from behind (leaves). */
  through: number;
};

/** Says what a thing looks like at a point of it. */
export type Surface = (point: Point, look: Look) => void;

export const newLook = (): Look => ({
  r: 0.5, g: 0.5, b: 0.5, mirror: 0, grazing: 0, sharp: 20, blur: 1,
  glow: 0, glowG: 0, glowB: 0, open: 1, bx: 0, by: 0, bz: 0, through: 0,
});

export const resetLook = (look: Look): void => {
  look.r = look.g = look.b = 0.5;
  look.mirror = look.grazing = 0;
  look.sharp = 20;
  look.blur = look.open = 1;
  look.glow = look.glowG = look.glowB = look.bx = look.by = look.bz = look.through = 0;
};

/** Sets the albedo. This and the next ones hand the look back, so that a surface can end with them. */
export const paint = (look: Look, [r, g, b]: Vec3, strength = 1): Look => {
  look.r = r * strength;
  look.g = g * strength;
  look.b = b * strength;
  return look;
};

/** An sRGB colour like 0xaabbcc as linear albedo. */
export const colour = (rgb: number): Vec3 => {
  const one = (shift: number): number => {
    const v = ((rgb >> shift) & 255) / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  };
  return [one(16), one(8), one(0)];
};

export const gloss = (look: Look, mirror: number, sharp: number, blur: number, grazing = Math.min(1, mirror + 0.6)): Look => {
  look.mirror = mirror;
  look.sharp = sharp;
  look.blur = blur;
  look.grazing = grazing;
  return look;
};

export const glass = (look: Look): Look => {
  paint(look, [0.012, 0.016, 0.018]);
  return gloss(look, 0.07, 900, 0, 0.95);
};

export const shine = (look: Look, r: number, g: number, b: number): Look => {
  look.glow = r;
  look.glowG = g;
  look.glowB = b;
  return look;
};

/** One colour all over, dull or glossy. */
export const plain = (rgb: number, mirror = 0, sharp = 20, blur = 0.6): Surface => {
  const c = colour(rgb);
  return (_, look) => {
    paint(look, c);
    if (mirror > 0) gloss(look, mirror, sharp, blur);
  };
};
