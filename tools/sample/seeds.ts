/** The street of the clip in assets/. */
export const SAMPLE_SEED = 7;

/** `count` seeds from `first` on for pictures to train on: never the clip's. */
export const pictureSeeds = (first: number, count: number): number[] => {
  if (!Number.isInteger(first) || !Number.isInteger(count)) throw new RangeError('seeds are counted in whole numbers');
  const seeds = Array.from({ length: count }, (_, n) => first + n);
  if (seeds.includes(SAMPLE_SEED)) throw new RangeError(`seed ${SAMPLE_SEED} is the clip's own street: begin after it`);
  return seeds;
};
