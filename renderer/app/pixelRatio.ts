/**
 * Device pixels per CSS pixel of an observed element, exact to the pixel where the browser tells.
 * Needs an observer of `device-pixel-content-box`. What it tells is left aside where it is far off
 * (a browser that only pretends to have another screen does not count it in).
 */
export const pixelRatio = (entry: ResizeObserverEntry): number => {
  const css = entry.contentBoxSize[0]?.inlineSize ?? 0;
  const device = entry.devicePixelContentBoxSize[0]?.inlineSize ?? 0;
  const told = css > 0 ? device / css : 0;
  return Math.abs(told - devicePixelRatio) < 0.05 * devicePixelRatio ? told : devicePixelRatio;
};
