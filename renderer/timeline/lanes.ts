import { classesBelow } from '../state/classList.js';
import type { App } from '../state/slice.js';
import { ownStrips, stripsOf, type Strip } from './bins.js';

/** Most strips of classes at the present confidence, and of those below it; classes beyond share the last. */
export const mostStrips = { listed: 6, below: 3 } as const;

/** A strip and whether its classes are seen below the confidence only: then it shows boxes of any score. */
export type Lane = Strip & { readonly below: boolean };

type Part = { order: readonly number[]; own: readonly number[] };

/**
 * The lanes of the timeline: the classes that the list shows, in its order, less the hidden ones; those below
 * the confidence after them while the list has them open. Which classes share a lane is decided anew only when
 * others come or go, or when analysis and list are at rest, so that lanes do not change places meanwhile.
 */
export class Lanes {
  readonly #listed: Part = { order: [], own: [] };
  readonly #below: Part = { order: [], own: [] };

  /** @param binOf bin of each frame, by frame number; negative for none */
  of(app: App, binOf: Int32Array, bins: number): readonly Lane[] {
    const { filter, detections, classList, belowOpen, classHold, run } = app;
    const shown = (ids: readonly number[]): readonly number[] => ids.filter((id) => !filter.hiddenClasses.includes(id));
    const atRest = classHold === 'free' && run?.state.kind !== 'running';
    const part = (known: Part, ids: readonly number[], minScore: number, rows: number, below: boolean): readonly Lane[] => {
      const order = shown(ids);
      const density = detections.density(binOf, bins, { ...filter, minScore });
      if (atRest || order.join() !== known.order.join()) known.own = ownStrips(density.total, order, rows);
      known.order = order;
      return stripsOf(density, order, known.own).map((strip) => ({ ...strip, below }));
    };
    const listed = part(this.#listed, classList.listed, filter.minScore, mostStrips.listed, false);
    const below = belowOpen ? classesBelow(classList.listed, detections.highest) : [];
    return below.length === 0 ? listed : [...listed, ...part(this.#below, below, 0, mostStrips.below, true)];
  }
}
