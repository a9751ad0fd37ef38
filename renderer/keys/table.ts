import type { App } from '../state/slice.js';
import { keysWords as say } from '../words/keys.js';
import { shuttle } from './shuttle.js';
import { focusTarget } from './targets.js';

export type KeyGroup = keyof typeof say.groups;

/** Something a key does. */
export type KeyAction = {
  readonly id: string;
  readonly group: KeyGroup;
  readonly label: string;
  /**
   * Key combinations, any of which will do: modifiers `Ctrl` (Command on a Mac) and `Shift` before a
   * KeyboardEvent's `key`, joined by `+`; `1-9` stands for nine keys.
   */
  readonly keys: readonly string[];
  /** Repeats while the key is held. */
  readonly repeats?: boolean;
  /** Does the same in the lab; others belong to the video. */
  readonly everywhere?: boolean;
  /** Has to do with what full screen hides: leaves it before, or does nothing there. */
  readonly fullScreen?: 'leave' | 'ignore';
  /** `digit` is the number of the key for `1-9`, else 0. */
  readonly run: (app: App, digit: number) => void;
};

/** Every key of the page: what the handler obeys and the help sheet shows. */
export const keyTable: readonly KeyAction[] = [
  { id: 'play', group: 'playback', label: say.playPause, keys: ['Space'], run: (app) => app.togglePlay() },
  { id: 'frame-back', group: 'playback', label: say.frameBack, keys: ['ArrowLeft', ','], repeats: true, run: (app) => app.player?.stepFrames(-1) },
  { id: 'frame-forward', group: 'playback', label: say.frameForward, keys: ['ArrowRight', '.'], repeats: true, run: (app) => app.player?.stepFrames(1) },
  { id: 'second-back', group: 'playback', label: say.secondBack, keys: ['Shift+ArrowLeft'], repeats: true, run: (app) => app.stepSeconds(-1) },
  { id: 'second-forward', group: 'playback', label: say.secondForward, keys: ['Shift+ArrowRight'], repeats: true, run: (app) => app.stepSeconds(1) },
  { id: 'slower', group: 'playback', label: say.slower, keys: ['j'], run: (app) => shuttle(app, -1) },
  { id: 'stop', group: 'playback', label: say.stop, keys: ['k'], run: (app) => app.player?.pause() },
  { id: 'faster', group: 'playback', label: say.faster, keys: ['l'], run: (app) => shuttle(app, 1) },
  { id: 'start', group: 'playback', label: say.toStart, keys: ['Home'], run: (app) => app.player?.seekFrame(0) },
  { id: 'end', group: 'playback', label: say.toEnd, keys: ['End'], run: (app) => app.player?.seekFrame(Infinity) },
  { id: 'normal-speed', group: 'playback', label: say.normalSpeed, keys: ['Backspace'], run: (app) => app.setSpeed(1) },
  { id: 'mute', group: 'playback', label: say.mute, keys: ['Shift+m'], run: (app) => app.toggleSound() },
  { id: 'mark-in', group: 'marks', label: say.markIn, keys: ['i'], run: (app) => app.setMarkIn(app.time) },
  { id: 'mark-out', group: 'marks', label: say.markOut, keys: ['o'], run: (app) => app.setMarkOut(app.time) },
  { id: 'clear-marks', group: 'marks', label: say.clearMarks, keys: ['x'], run: (app) => { app.setMarkIn(null); app.setMarkOut(null); } },
  { id: 'loop', group: 'marks', label: say.loop, keys: ['r'], run: (app) => app.setLoop(!app.loop) },
  { id: 'zoom-in', group: 'picture', label: say.zoomIn, keys: ['+', '='], repeats: true, run: (app) => app.player?.zoomBy(1.25) },
  { id: 'zoom-out', group: 'picture', label: say.zoomOut, keys: ['-'], repeats: true, run: (app) => app.player?.zoomBy(0.8) },
  { id: 'fit', group: 'picture', label: say.fit, keys: ['0'], run: (app) => app.player?.fit() },
  { id: 'full-screen', group: 'picture', label: say.fullScreen, keys: ['f'], run: (app) => app.player?.toggleFullScreen() },
  {
    id: 'class', group: 'results', label: say.toggleClass, keys: ['1-9'],
    run: (app, digit) => {
      const classId = app.classList.listed[digit - 1];
      if (classId !== undefined) app.toggleClass(classId);
    },
  },
  { id: 'all-classes', group: 'results', label: say.allClasses, keys: ['a'], run: (app) => app.showAllClasses() },
  { id: 'confidence', group: 'results', label: say.confidence, keys: ['c'], fullScreen: 'leave', run: (app) => { app.showPanel(); focusTarget('confidence'); } },
  { id: 'export', group: 'results', label: say.export, keys: ['e', 'Ctrl+e'], run: (app) => app.openDialog('export') },
  { id: 'open', group: 'window', label: say.open, keys: ['Ctrl+o'], everywhere: true, run: (app) => void app.chooseVideos() },
  { id: 'model', group: 'window', label: say.model, keys: ['m'], fullScreen: 'leave', run: (app) => app.openDialog('models') },
  { id: 'queue', group: 'window', label: say.queue, keys: ['q'], fullScreen: 'ignore', run: (app) => app.toggleQueue() },
  { id: 'panel', group: 'window', label: say.panel, keys: ['p'], fullScreen: 'ignore', run: (app) => app.togglePanel() },
  { id: 'lab', group: 'window', label: say.lab, keys: ['g'], everywhere: true, run: (app) => app.goTo(app.place === 'lab' ? 'video' : 'lab') },
  { id: 'keys', group: 'window', label: say.keys, keys: ['?'], everywhere: true, run: (app) => app.openDialog('keys') },
];
