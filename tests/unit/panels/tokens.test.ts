import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { luminance } from '../../../electron/engine/contract/palette.js';

const css = readFileSync(new URL('../../../renderer/ui/tokens.css', import.meta.url), 'utf8');

/** The declarations of the block that `head` opens. */
const block = (head: string): Map<string, string> => {
  const at = css.indexOf(head);
  expect(at, head).toBeGreaterThanOrEqual(0);
  const body = css.slice(css.indexOf('{', at) + 1, css.indexOf('}', at));
  return new Map([...body.matchAll(/(--[\w-]+|color-scheme):\s*([^;]+);/g)].map((match) => [match[1]!, match[2]!]));
};

const dark = block(':root {');
const light = block(":root[data-theme='light'] {");
const system = block(':root:not([data-theme]) {');

type Rgb = readonly [number, number, number];

/** The colour of a token on `under`, which shows through where the token is translucent. */
const colour = (theme: Map<string, string>, name: string, under?: Rgb): Rgb => {
  const value = theme.get(name) ?? dark.get(name);
  if (value === undefined) throw new Error(`${name} is not a token`);
  const alias = /^var\((.+)\)$/.exec(value);
  if (alias) return colour(theme, alias[1]!, under);
  if (value.startsWith('#')) return [1, 3, 5].map((at) => Number.parseInt(value.slice(at, at + 2), 16)) as unknown as Rgb;
  const [r, g, b, a] = /^rgba\((.+)\)$/.exec(value)![1]!.split(',').map(Number) as [number, number, number, number];
  if (under === undefined) throw new Error(`${name} is translucent`);
  return [r, g, b].map((channel, n) => Math.round(channel * a + under[n]! * (1 - a))) as unknown as Rgb;
};

const hex = (rgb: Rgb): string => `#${rgb.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;

/** WCAG 2.2 contrast, 1..21. */
const contrast = (a: Rgb, b: Rgb): number => {
  const [low, high] = [luminance(hex(a)), luminance(hex(b))].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
};

const plates = ['--canvas', '--surface', '--raised', '--sunken'] as const;

/** Foreground, background, and what lies under a translucent background; text needs 4.5 : 1. */
const text: readonly (readonly [string, string, string?])[] = [
  ...plates.flatMap((plate) => ['--text', '--text-muted', '--text-faint', '--accent', '--info', '--success', '--warning', '--error'].map((ink) => [ink, plate] as const)),
  ...['--control', '--control-hover', '--control-press', '--segment-on'].map((plate) => ['--text', plate] as const),
  ['--text-muted', '--control'],
  ['--text', '--hover', '--surface'], ['--text', '--press', '--raised'],
  ['--text-muted', '--hover', '--surface'], ['--text-muted', '--press', '--raised'],
  ...['--info', '--warning', '--error'].flatMap((tone) =>
    [tone, '--text', '--text-muted'].flatMap((ink) => plates.map((plate) => [ink, `${tone}-soft`, plate] as const))),
  ['--accent', '--accent-soft', '--surface'], ['--accent', '--accent-soft', '--raised'],
  ['--on-accent', '--accent-fill'], ['--on-accent', '--accent-fill-hover'],
  ['--on-accent', '--danger-fill'], ['--on-accent', '--danger-fill-hover'],
];

/** Parts of controls and of charts need 3 : 1. */
const shapes: readonly (readonly [string, string])[] = [
  ...['--surface', '--raised'].flatMap((plate) =>
    ['--outline', '--accent', '--accent-fill', '--stage-decode', '--stage-preprocess', '--stage-inference', '--stage-postprocess', '--stage-draw', '--series-1', '--series-2', '--series-3', '--series-4', '--series-5', '--series-6'].map(
      (part) => [part, plate] as const)),
  ['--grey-0', '--outline'], ['--grey-0', '--accent-fill'],
];

describe.each([['dark', dark], ['light', light]] as const)('%s theme', (_, theme) => {
  it.each(text.map(([ink, plate, under]) => ({ ink, plate, under })))('text $ink on $plate over $under reads', ({ ink, plate, under }) => {
    const below = colour(theme, plate, under === undefined ? undefined : colour(theme, under));
    expect(contrast(colour(theme, ink, below), below)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(shapes)('%s stands out from %s', (part, plate) => {
    expect(contrast(colour(theme, part), colour(theme, plate))).toBeGreaterThanOrEqual(3);
  });
});

describe('the themes', () => {
  it('are the same by choice and by system', () => {
    expect([...system]).toEqual([...light]);
  });

  it('name the same tokens', () => {
    const names = [...dark.keys()].filter((name) => light.has(name));
    expect(names).toEqual([...light.keys()]);
  });

  it('measure contrast as WCAG does', () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 6);
    expect(contrast([119, 119, 119], [255, 255, 255])).toBeCloseTo(4.48, 2);
  });
});
