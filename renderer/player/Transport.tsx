import {
  Maximize, Minimize, Pause, Play, Repeat, Scan, StepBack, StepForward, Volume1, Volume2, VolumeX,
} from 'lucide-react';
import { currentVideo } from '../state/selectors.js';
import { speeds } from '../state/slices/player.js';
import { app, useApp } from '../state/store.js';
import { keysOf } from '../keys/keysOf.js';
import { count, dash } from '../ui/format.js';
import { IconButton, Select, Slider } from '../ui/ui.js';
import { words } from '../words.js';
import { toggleFullScreen, useFullScreen } from './fullScreen.js';
import { timecode } from './timecode.js';
import styles from './Transport.module.css';

const say = words.player;

const Place = () => {
  const time = useApp((now) => now.time);
  const frame = useApp((now) => now.frame);
  return (
    <div className={styles.place}>
      <span className={styles.time} data-part="time">{timecode(time)}</span>
      <span className={styles.frame} data-part="frame">{say.frame(frame === null ? dash : count(frame))}</span>
    </div>
  );
};

const Speed = () => {
  const speed = useApp((now) => now.speed);
  const setSpeed = useApp((now) => now.setSpeed);
  const all = speeds.some((known) => known === speed) ? speeds : [...speeds, speed].sort((a, b) => a - b);
  return (
    <Select
      label={say.speed} variant="quiet" size="small" side="top" className={styles.speed} value={String(speed)}
      onChange={(value) => setSpeed(Number(value))}
      options={all.map((value) => ({ value: String(value), label: say.speedValue(value) }))}
    />
  );
};

const Mode = () => {
  const mode = useApp((now) => now.mode);
  const setMode = useApp((now) => now.setMode);
  return (
    <Select
      label={say.mode} variant="quiet" size="small" side="top" className={styles.mode} value={mode} onChange={setMode}
      options={(['every-frame', 'keep-up'] as const).map((value) => ({ value, label: say.modes[value], detail: say.modeMeanings[value] }))}
    />
  );
};

const Sound = () => {
  const hasSound = useApp((now) => (currentVideo(now)?.audio ?? null) !== null);
  const volume = useApp((now) => now.volume);
  const muted = useApp((now) => now.muted);
  const silenced = useApp((now) => now.silenced);
  const setVolume = useApp((now) => now.setVolume);
  const toggleSound = useApp((now) => now.toggleSound);
  const silent = muted || silenced || volume === 0;
  const Icon = silent || !hasSound ? VolumeX : volume < 0.5 ? Volume1 : Volume2;
  const label = !hasSound ? say.noSound : silenced ? say.soundHeld : silent ? say.soundOn : say.soundOff;
  return (
    <div className={styles.sound}>
      <IconButton label={label} keys={keysOf('mute')} side="top" size="small" disabled={!hasSound} onClick={toggleSound}>
        <Icon size={16} />
      </IconButton>
      <Slider label={say.volume} className={styles.volume} value={muted ? 0 : volume} onChange={setVolume} valueText={`${Math.round(volume * 100)} %`} />
    </div>
  );
};

const Zoom = () => {
  const zoom = useApp((now) => now.zoom);
  const player = useApp((now) => now.player);
  if (zoom <= 1) return null;
  return (
    <button type="button" className={styles.zoom} aria-label={say.fit} onClick={() => player?.fit()}>
      <Scan size={14} />
      {say.zoomValue(zoom)}
    </button>
  );
};

const Marks = () => {
  const markIn = useApp((now) => now.markIn);
  const markOut = useApp((now) => now.markOut);
  const loop = useApp((now) => now.loop);
  const { setMarkIn, setMarkOut, setLoop } = app.getState();
  return (
    <div className={styles.group}>
      <IconButton label={say.loop} keys={keysOf('loop')} side="top" size="small" pressed={loop} onClick={() => setLoop(!loop)}>
        <Repeat size={15} />
      </IconButton>
      <IconButton label={say.markIn} keys={keysOf('mark-in')} side="top" size="small" pressed={markIn !== null} onClick={() => setMarkIn(markIn === app.getState().time ? null : app.getState().time)}>
        <span className={styles.bracket} data-side="in" />
      </IconButton>
      <IconButton label={say.markOut} keys={keysOf('mark-out')} side="top" size="small" pressed={markOut !== null} onClick={() => setMarkOut(markOut === app.getState().time ? null : app.getState().time)}>
        <span className={styles.bracket} data-side="out" />
      </IconButton>
    </div>
  );
};

/** Everything that moves the picture. */
export const Transport = () => {
  const playing = useApp((now) => now.playing);
  const player = useApp((now) => now.player);
  const togglePlay = useApp((now) => now.togglePlay);
  const full = useFullScreen();
  return (
    // A click leaves the focus where it was: Space goes on to play, and no ring stays behind.
    <div className={styles.transport} role="group" aria-label={words.keys.groups.playback} onMouseDown={(event) => event.preventDefault()}>
      <div className={styles.group}>
        <IconButton label={say.frameBack} keys={keysOf('frame-back')} side="top" onClick={() => player?.stepFrames(-1)}>
          <StepBack size={16} />
        </IconButton>
        <IconButton label={playing ? say.pause : say.play} keys={keysOf('play')} side="top" className={styles.play} onClick={togglePlay}>
          {playing ? <Pause size={18} fill="currentColor" strokeWidth={0} /> : <Play size={18} fill="currentColor" strokeWidth={0} />}
        </IconButton>
        <IconButton label={say.frameForward} keys={keysOf('frame-forward')} side="top" onClick={() => player?.stepFrames(1)}>
          <StepForward size={16} />
        </IconButton>
      </div>
      <Place />
      <Speed />
      <Mode />
      <span className={styles.gap} />
      <Zoom />
      <Sound />
      <Marks />
      <IconButton label={full ? say.leaveFullScreen : say.fullScreen} keys={keysOf('full-screen')} side="top" size="small" onClick={toggleFullScreen}>
        {full ? <Minimize size={15} /> : <Maximize size={15} />}
      </IconButton>
    </div>
  );
};
