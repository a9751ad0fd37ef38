import type { App } from '../state/slice.js';

const fastest = 4;
const slowest = 0.25;

/**
 * J and L. L plays, and doubles the speed each further time; J halves the speed while it is above the
 * slowest, and steps a second back otherwise: Chromium cannot play backwards.
 */
export const shuttle = (app: Pick<App, 'playing' | 'speed' | 'player' | 'setSpeed' | 'stepSeconds'>, direction: -1 | 1): void => {
  if (direction > 0) {
    if (app.playing) app.setSpeed(Math.min(fastest, app.speed * 2));
    else app.player?.play();
  } else if (app.playing && app.speed > slowest) {
    app.setSpeed(Math.max(slowest, app.speed / 2));
  } else {
    app.stepSeconds(-1);
  }
};
