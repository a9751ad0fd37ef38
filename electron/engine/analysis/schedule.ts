/** What to analyse next: pure decisions over what is done and where the user looks. */
import type { AnalysisMode, FrameIndex, Stretch } from '../contract/contract.js';
import { frameIndex } from '../contract/contract.js';

/** Frames of a range that are not analysed yet: `from` inclusive, `to` exclusive (null: to the end). */
export type Gap = { readonly from: FrameIndex; readonly to: FrameIndex | null };

/**
 * The first gap at or after `index`.
 * @param done analysed stretches, ascending, disjoint, inclusive ends
 * @param total number of frames, or null while it is not known
 * @returns null where everything from `index` to the end is analysed
 */
export const gapFrom = (done: readonly Stretch[], index: number, total: number | null): Gap | null => {
  let from = index;
  for (const [first, last] of done) {
    if (last < from) continue;
    if (first > from) return { from: frameIndex(from), to: first };
    from = last + 1;
  }
  if (total !== null && from >= total) return null;
  return { from: frameIndex(from), to: total === null ? null : frameIndex(total) };
};

/** The next gap to work on: ahead of the playhead first, then from the beginning. Null when all is done. */
export const nextGap = (done: readonly Stretch[], playhead: number, total: number | null): Gap | null =>
  gapFrom(done, playhead, total) ?? (playhead > 0 ? firstGap(done, total, playhead) : null);

const firstGap = (done: readonly Stretch[], total: number | null, before: number): Gap | null => {
  const gap = gapFrom(done, 0, total);
  return gap !== null && gap.from < before ? gap : null;
};

/** Frames that a running decoder may be behind the playhead before it is worth starting another one there. */
const patience = { standing: 24, playing: 150 } as const;

/**
 * Whether the work in hand should be left for the playhead's own frame.
 * `position` is the next frame the decoder will give; `end` is where the current gap ends.
 */
export const shouldJump = (
  position: number,
  end: number | null,
  playhead: number,
  done: readonly Stretch[],
  total: number | null,
  playing = false,
): boolean => {
  const wanted = gapFrom(done, playhead, total);
  if (wanted === null) return false;
  // Already heading there, and soon enough.
  const near = wanted.from - position <= (playing ? patience.playing : patience.standing);
  if (wanted.from >= position && near && (end === null || wanted.from < end)) return false;
  // Work ahead of the playhead is what is wanted, as long as nothing nearer is missing.
  return !(wanted.from === position);
};

/**
 * In keep-up mode a frame whose boxes would come after it was shown is not worth inferring any more.
 * @param lead seconds from handing a frame over until its boxes are there
 */
export const isLate = (mode: AnalysisMode, playing: boolean, time: number, playhead: number, lead: number): boolean =>
  mode === 'keep-up' && playing && time < playhead + lead;
