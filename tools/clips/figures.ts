import type { Clip } from './table.js';

export type Box = { readonly score: number; readonly name: string };
/** What was found in each frame, in order. */
export type Frames = readonly (readonly Box[])[];

export type ClipFigures = {
  readonly frames: number;
  readonly boxesPerFrame: number;
  /** Frames with each class that was found, the commonest first. */
  readonly classes: Readonly<Record<string, number>>;
  /** Of each thing that is to be seen: in how many frames it is and is found, and the most frames in a row in which it is and is not found. */
  readonly there: readonly { readonly name: string; readonly frames: number; readonly found: number; readonly longestGap: number }[];
  /** Frames with a box of a class that is nowhere in the clip. */
  readonly wrong: number;
};

/** What a clip's boxes of at least this confidence, 0..1, come to. */
export const figuresOf = (frames: Frames, clip: Clip, confidence: number): ClipFigures => {
  const shown = frames.map((boxes) => boxes.filter(({ score }) => score >= confidence));
  const names = shown.map((boxes) => new Set(boxes.map(({ name }) => name)));
  const counts = new Map<string, number>();
  for (const found of names) for (const name of found) counts.set(name, (counts.get(name) ?? 0) + 1);
  const right = namesIn(clip);
  return {
    frames: frames.length,
    boxesPerFrame: frames.length === 0 ? 0 : shown.reduce((sum, boxes) => sum + boxes.length, 0) / frames.length,
    classes: Object.fromEntries([...counts].sort(([, a], [, b]) => b - a)),
    there: clip.there.map(({ name, frames: ranges }) => {
      const spans = ranges.map(([from, to]) => names.slice(from, to === null ? undefined : to + 1).map((found) => found.has(name)));
      const all = spans.flat();
      return { name, frames: all.length, found: all.filter(Boolean).length, longestGap: Math.max(0, ...spans.map(longestGap)) };
    }),
    wrong: names.filter((found) => [...found].some((name) => !right.has(name))).length,
  };
};

const namesIn = ({ there, also }: Clip): ReadonlySet<string> => new Set([...there.map(({ name }) => name), ...also]);

const longestGap = (found: readonly boolean[]): number => {
  let [longest, now] = [0, 0];
  for (const one of found) {
    now = one ? 0 : now + 1;
    longest = Math.max(longest, now);
  }
  return longest;
};

/** Of each of `count` equal parts of a clip the frame that shows most of what is there: the sum of scores, less those of what is not. */
export const framesToShow = (frames: Frames, clip: Clip, confidence: number, count: number): readonly number[] => {
  const right = namesIn(clip);
  const sums = frames.map((boxes) =>
    boxes.reduce((sum, { score, name }) => (score < confidence ? sum : right.has(name) ? sum + score : sum - score), 0));
  const bounds = Array.from({ length: count + 1 }, (_, n) => Math.round((n * frames.length) / count));
  return bounds.slice(0, -1).flatMap((from, n) => {
    const part = sums.slice(from, bounds[n + 1]);
    return part.length === 0 ? [] : [from + part.indexOf(Math.max(...part))];
  });
};
