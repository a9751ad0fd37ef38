/**
 * Twelve class colours (sRGB hex) that stay apart for colour-blind eyes and on both dark and light
 * pictures. A class keeps its colour wherever it is drawn: in the player, the timeline, the export.
 */
const palette = [
  '#4cc2ff', '#ffb000', '#5ee08a', '#ff6b6b', '#b794ff', '#ffe45c',
  '#00c9b7', '#ff8ad4', '#9ad1ff', '#ff9248', '#b6e35a', '#d9c3a5',
] as const;

const fixed: Readonly<Record<string, number>> = {
  person: 1, bicycle: 2, car: 0, motorcycle: 4, bus: 5, truck: 9, dog: 6, cat: 7, bird: 10, bottle: 11,
};

/** The colour of a class, the same in every session: fixed for common names, else by the name's hash. */
export const classColour = (name: string): string => {
  const known = fixed[name.toLowerCase()];
  if (known !== undefined) return palette[known] ?? palette[0];
  let hash = 2166136261;
  for (const char of name.toLowerCase()) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16777619);
  return palette[(hash >>> 0) % palette.length] ?? palette[0];
};

/** Relative luminance of an sRGB hex colour, 0..1 (WCAG 2.2). */
export const luminance = (hex: string): number => {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
};

/** Black or white, whichever reads better on `hex`. */
export const textOn = (hex: string): '#000000' | '#ffffff' => (luminance(hex) > 0.179 ? '#000000' : '#ffffff');
