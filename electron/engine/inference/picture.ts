/**
 * A made-up picture as rgb24: soft gradients, a few hard-edged blocks, a little noise. The same for
 * the same size, so that two providers can be compared on it.
 */
export const madeUpPicture = (width: number, height: number): Uint8Array<ArrayBuffer> => {
  const pixels = new Uint8Array(width * height * 3);
  let state = 20_240_229;
  const random = (): number => {
    // Numerical Recipes' linear congruential generator.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const noise = random() * 16 - 8;
      pixels[at] = 96 + (64 * x) / width + noise;
      pixels[at + 1] = 96 + (64 * y) / height + noise;
      pixels[at + 2] = 128 + 32 * Math.sin((x + y) / 24) + noise;
    }
  }
  for (let block = 0; block < 12; block++) {
    const left = Math.floor(random() * width * 0.8);
    const top = Math.floor(random() * height * 0.8);
    const right = Math.min(width, left + 4 + Math.floor(random() * width * 0.3));
    const bottom = Math.min(height, top + 4 + Math.floor(random() * height * 0.3));
    const colour = [random() * 255, random() * 255, random() * 255] as const;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) pixels.set(colour, (y * width + x) * 3);
    }
  }
  return pixels;
};
