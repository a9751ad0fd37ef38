/** A box as COCO has it: left, top, width, height, in pixels of the picture. */
export type Box = readonly [x: number, y: number, width: number, height: number];

export type Truth = {
  readonly box: Box;
  /** A group of objects under one box; what lies inside belongs to it. */
  readonly crowd: boolean;
  /** Neither missed nor false, however often it is found: crowds, and objects marked as difficult. */
  readonly ignored: boolean;
};

export type Found = { readonly box: Box; readonly score: number };

/** What there is of one class on one picture, and what was found; equal scores keep their order. */
export type Picture = { readonly truths: readonly Truth[]; readonly found: readonly Found[] };

/** Most boxes of a class that count on one picture. */
const most = 100;

/** COCO's steps of overlap, 0.5 to 0.95: numpy's linspace, to the last bit. */
export const overlaps: readonly number[] = Array.from({ length: 10 }, (_, n) => (n === 9 ? 0.95 : 0.5 + n * ((0.95 - 0.5) / 9)));

const recalls: readonly number[] = Array.from({ length: 101 }, (_, n) => (n === 100 ? 1 : n * 0.01));

/**
 * Average precision of one class over `pictures`, one for each of `thresholds`, by COCO's rule:
 * precision made to fall, read at 101 recalls. Null where there is nothing to find.
 * Does what pycocotools' COCOeval does (bbox, all areas, 100 detections), in the order of its
 * arithmetic; it knows no difficult objects, which count here as Pascal VOC counts them.
 */
export const averagePrecisions = (pictures: readonly Picture[], thresholds: readonly number[] = overlaps): readonly number[] | null => {
  const wanted = pictures.reduce((sum, { truths }) => sum + truths.filter(({ ignored }) => !ignored).length, 0);
  if (wanted === 0) return null;
  const matched = pictures.map((picture) => match(picture, thresholds));
  const scores = matched.flatMap((one) => one.scores);
  const order = scores.map((_, n) => n).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  return thresholds.map((_, t) => {
    const verdicts = matched.flatMap((one) => one.verdicts[t] ?? []);
    return areaUnder(order.map((n) => verdicts[n] ?? 'false'), wanted);
  });
};

export type Verdict = 'right' | 'false' | 'ignored';
export type Matched = { readonly scores: readonly number[]; /** For each threshold, for each score. */ readonly verdicts: readonly (readonly Verdict[])[] };

/** What each box of one class on one picture is, the 100 best of them, best first, at each of `thresholds` of IoU. */
export const match = ({ truths, found }: Picture, thresholds: readonly number[]): Matched => {
  const best = [...found].sort((a, b) => b.score - a.score).slice(0, most);
  // Objects that count come first: an ignored one is taken only where none of them fits.
  const objects = [...truths].sort((a, b) => Number(a.ignored) - Number(b.ignored));
  const shared = best.map(({ box }) => objects.map((truth) => overlap(box, truth)));
  const verdicts = thresholds.map((threshold) => {
    const taken = objects.map(() => false);
    return best.map((_, d): Verdict => {
      let most = Math.min(threshold, 1 - 1e-10);
      let at = -1;
      for (const [n, { ignored }] of objects.entries()) {
        if (taken[n] === true && !ignored) continue;
        if (at >= 0 && ignored && objects[at]?.ignored === false) break;
        const share = shared[d]?.[n] ?? 0;
        if (share < most) continue;
        most = share;
        at = n;
      }
      const object = objects[at];
      if (object === undefined) return 'false';
      taken[at] = true;
      return object.ignored ? 'ignored' : 'right';
    });
  });
  return { scores: best.map(({ score }) => score), verdicts };
};

/** Intersection over union; over the found box alone for a crowd. */
const overlap = ([x, y, width, height]: Box, { box: [gx, gy, gw, gh], crowd }: Truth): number => {
  const w = Math.min(x + width, gx + gw) - Math.max(x, gx);
  const h = Math.min(y + height, gy + gh) - Math.max(y, gy);
  if (w <= 0 || h <= 0) return 0;
  const both = w * h;
  const area = width * height;
  return both / (crowd ? area : area + gw * gh - both);
};

/** Mean of the precision at 101 recalls. */
const areaUnder = (verdicts: readonly Verdict[], wanted: number): number => {
  const recall: number[] = [];
  const precision: number[] = [];
  let [right, wrong] = [0, 0];
  for (const verdict of verdicts) {
    if (verdict === 'right') right += 1;
    if (verdict === 'false') wrong += 1;
    recall.push(right / wanted);
    precision.push(right / (wrong + right + Number.EPSILON));
  }
  for (let n = precision.length - 1; n > 0; n--) precision[n - 1] = Math.max(precision[n - 1] ?? 0, precision[n] ?? 0);
  let at = 0;
  let sum = 0;
  for (const level of recalls) {
    while (at < recall.length && (recall[at] ?? 0) < level) at += 1;
    sum += precision[at] ?? 0;
  }
  return sum / recalls.length;
};
