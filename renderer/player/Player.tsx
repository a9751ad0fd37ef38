import { useEffect, useRef, useState } from 'react';
import { bridge } from '../bridge.js';
import { currentVideo } from '../state/selectors.js';
import { app, useApp } from '../state/store.js';
import { words } from '../words.js';
import { PlayerController } from './controller.js';
import { forgetWidths } from './drawBoxes.js';
import { toggleFullScreen } from './fullScreen.js';
import { HoverCard } from './HoverCard.js';
import { Overlay, type Hover, type OverlayState } from './overlay.js';
import { PicturePainter } from './picture.js';
import { PlayNotice } from './PlayNotice.js';
import { Stage } from './stage.js';
import styles from './Player.module.css';

/** The picture with its boxes. */
export const Player = () => {
  const stage = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const picture = useRef<HTMLCanvasElement>(null);
  const boxes = useRef<HTMLCanvasElement>(null);
  const parts = useRef<{ readonly controller: PlayerController; readonly stage: Stage } | null>(null);
  const [hover, setHover] = useState<Hover | null>(null);
  const [state, setState] = useState<OverlayState>('empty');
  const info = useApp(currentVideo);

  useEffect(() => {
    if (stage.current === null || video.current === null || picture.current === null || boxes.current === null) return;
    const overlay = new Overlay(boxes.current, app.getState, (next, hovered) => {
      setState(next);
      setHover(hovered);
    });
    const controller = new PlayerController(app, bridge, video.current, new PicturePainter(picture.current), overlay);
    const area = new Stage(stage.current, picture.current, {
      placed: (geometry, zoom) => {
        overlay.place(geometry);
        app.setState({ zoom });
      },
      pointed: (at) => overlay.point(at),
      clicked: () => app.getState().togglePlay(),
      doubleClicked: toggleFullScreen,
    });
    parts.current = { controller, stage: area };
    app.getState().attachPlayer({
      play: () => controller.play(),
      pause: () => controller.pause(),
      seek: (time) => controller.seek(time),
      seekFrame: (frame) => controller.seekFrame(frame),
      stepFrames: (frames) => controller.stepFrames(frames),
      zoomBy: (factor) => area.zoomBy(factor),
      fit: () => area.fit(),
      toggleFullScreen,
    });
    void document.fonts.ready.then(() => {
      forgetWidths();
      overlay.redraw();
    });
    return () => {
      app.getState().attachPlayer(null);
      controller.close();
      area.close();
      parts.current = null;
    };
  }, []);

  useEffect(() => {
    if (info !== null) parts.current?.stage.show(info.display);
    void parts.current?.controller.open(info);
  }, [info]);

  return (
    <div ref={stage} className={styles.stage} data-part="stage">
      <video ref={video} className={styles.video} preload="auto" playsInline aria-hidden tabIndex={-1} />
      <canvas ref={picture} className={styles.picture} data-part="picture" />
      <canvas ref={boxes} className={styles.boxes} data-part="overlay" data-state="empty" role="img" aria-label={words.player.picture} />
      <div className={styles.pending} data-shown={state === 'pending' || state === 'unknown'} aria-hidden={state === 'analysed'}>
        <span className={styles.pendingDot} />
        {state === 'unknown' ? words.player.unknown : words.player.pending}
      </div>
      {hover !== null && <HoverCard hover={hover} />}
      <PlayNotice waiting={info !== null && state === 'empty'} />
    </div>
  );
};
