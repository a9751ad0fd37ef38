import type { FrameIndex, Quantiles, Seconds } from '../../../electron/engine/contract/contract.js';
import type { Slice } from '../slice.js';

/** What the player on screen can do; it registers itself with `attachPlayer`. */
export type PlayerHandle = {
  readonly play: () => void;
  readonly pause: () => void;
  /** Shows the frame at `time`, exactly. */
  readonly seek: (time: Seconds) => void;
  readonly seekFrame: (frame: number) => void;
  /** Steps whole frames, pausing first. */
  readonly stepFrames: (frames: number) => void;
  /** Magnifies about the middle of the picture. */
  readonly zoomBy: (factor: number) => void;
  readonly fit: () => void;
  readonly toggleFullScreen: () => void;
};

export const speeds = [0.1, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4] as const;

export type PlayerSlice = {
  readonly player: PlayerHandle | null;
  readonly playing: boolean;
  /** Time and number of the frame that is on screen; the number is null where it is not known yet. */
  readonly time: Seconds;
  readonly frame: FrameIndex | null;
  readonly speed: number;
  readonly volume: number;
  readonly muted: boolean;
  /** True while the browser lets it play without sound only, until the user's first click. */
  readonly silenced: boolean;
  /** 1 where the picture fits the window. */
  readonly zoom: number;
  readonly markIn: Seconds | null;
  readonly markOut: Seconds | null;
  /** Plays from mark to mark over and over. */
  readonly loop: boolean;
  /** Milliseconds the page spends to draw the boxes of a frame; null until it has drawn some. */
  readonly draw: Quantiles | null;
  /** Why nothing can be played, in a sentence; null if all is well. */
  readonly playError: { readonly message: string; readonly hint: string | null } | null;
  readonly attachPlayer: (player: PlayerHandle | null) => void;
  readonly togglePlay: () => void;
  readonly seek: (time: Seconds) => void;
  readonly stepSeconds: (by: number) => void;
  readonly setSpeed: (speed: number) => void;
  readonly setVolume: (volume: number) => void;
  readonly setMuted: (muted: boolean) => void;
  /** Sound on or off; where the browser holds it back, on. */
  readonly toggleSound: () => void;
  readonly setMarkIn: (time: Seconds | null) => void;
  readonly setMarkOut: (time: Seconds | null) => void;
  readonly setLoop: (loop: boolean) => void;
};

export const playerSlice: Slice<PlayerSlice> = (set, get) => ({
  player: null,
  playing: false,
  time: 0 as Seconds,
  frame: null,
  speed: 1,
  volume: 1,
  muted: false,
  silenced: false,
  zoom: 1,
  markIn: null,
  markOut: null,
  loop: false,
  draw: null,
  playError: null,
  attachPlayer: (player) => set({ player }),
  togglePlay: () => {
    const { player, playing } = get();
    if (playing) player?.pause();
    else player?.play();
  },
  seek: (time) => get().player?.seek(time),
  stepSeconds: (by) => {
    const { player, time, end } = get();
    player?.seek(Math.min(end, Math.max(0, time + by)) as Seconds);
  },
  setSpeed: (speed) => set({ speed: Math.min(4, Math.max(0.1, speed)) }),
  setVolume: (volume) => set({ volume: Math.min(1, Math.max(0, volume)), muted: false }),
  setMuted: (muted) => set({ muted }),
  toggleSound: () => (get().silenced ? set({ silenced: false, muted: false }) : set({ muted: !get().muted })),
  setMarkIn: (markIn) => {
    const { markOut } = get();
    set({ markIn, ...(markIn !== null && markOut !== null && markOut <= markIn && { markOut: null }) });
  },
  setMarkOut: (markOut) => {
    const { markIn } = get();
    set({ markOut, ...(markIn !== null && markOut !== null && markOut <= markIn && { markIn: null }) });
  },
  setLoop: (loop) => set({ loop }),
});
