import type { FoundTool } from '../media/types.js';

/** Weights of red and blue in luma. */
const matrices: Readonly<Record<string, readonly [red: number, blue: number]>> = {
  bt709: [0.2126, 0.0722],
  bt2020nc: [0.2627, 0.0593],
  smpte240m: [0.212, 0.087],
};
const bt601 = [0.299, 0.114] as const;

const clampByte = (value: number): number => Math.max(0, Math.min(255, Math.round(value)));
const hexOf = (...channels: number[]): string => `#${channels.map((value) => clampByte(value).toString(16).padStart(2, '0')).join('')}`;

/**
 * Before FFmpeg 7 everything is drawn with the colours of standard-definition television, whatever the
 * picture's are. Gives the colour to ask for so that `hex` is what is seen. `matrix` as ffprobe names
 * it; pictures that do not say are taken for what players take them for.
 */
export const paintFor = (tool: FoundTool, matrix: string | null, height: number): ((hex: string) => string) => {
  const [red, blue] = matrices[matrix ?? (height >= 720 ? 'bt709' : '')] ?? bt601;
  if (tool.avutil.major >= 59 || red === bt601[0]) return (hex) => hex;
  return (hex) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
    const luma = red * r + (1 - red - blue) * g + blue * b;
    const cb = (b - luma) / (2 * (1 - blue));
    const cr = (r - luma) / (2 * (1 - red));
    const [red601, blue601] = bt601;
    const r601 = luma + 2 * (1 - red601) * cr;
    const b601 = luma + 2 * (1 - blue601) * cb;
    return hexOf(r601, (luma - red601 * r601 - blue601 * b601) / (1 - red601 - blue601), b601);
  };
};
