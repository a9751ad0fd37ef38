/**
 * Every sentence the page says, in one place, so that it can be said in another language: a plain
 * string where nothing varies, a function of what varies where something does. A view names what it
 * says (`words.gauges.title`) and never holds a sentence of its own.
 */
import { appWords } from './words/app.js';
import { classesWords } from './words/classes.js';
import { emptyWords } from './words/empty.js';
import { exportWords } from './words/export.js';
import { fasterWords } from './words/faster.js';
import { gaugesWords } from './words/gauges.js';
import { helpWords } from './words/help.js';
import { keysWords } from './words/keys.js';
import { labWords } from './words/lab.js';
import { modelsWords } from './words/models.js';
import { playerWords } from './words/player.js';
import { queueWords } from './words/queue.js';
import { settingsWords } from './words/settings.js';
import { timelineWords } from './words/timeline.js';

export const words = {
  app: appWords,
  classes: classesWords,
  empty: emptyWords,
  export: exportWords,
  faster: fasterWords,
  gauges: gaugesWords,
  help: helpWords,
  keys: keysWords,
  lab: labWords,
  models: modelsWords,
  player: playerWords,
  queue: queueWords,
  settings: settingsWords,
  timeline: timelineWords,
} as const;
