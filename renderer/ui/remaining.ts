/** Seconds that are left at the pace since a measurement was first seen; null while that is too little to go by. Times in milliseconds. */
export const remainingSeconds = (seen: { readonly at: number; readonly fraction: number }, fraction: number, now: number): number | null => {
  const done = fraction - seen.fraction;
  const passed = (now - seen.at) / 1000;
  return done < 0.02 || passed < 1 ? null : Math.max(0, ((1 - fraction) / done) * passed);
};
