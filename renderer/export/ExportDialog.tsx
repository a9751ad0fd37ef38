import { useEffect, useRef, useState } from 'react';
import { seconds, type ExportOptions, type VideoInfo } from '../../electron/engine/contract/contract.js';
import type { App } from '../state/slice.js';
import { app, useApp } from '../state/store.js';
import { currentVideo } from '../state/selectors.js';
import { Button, Dialog, EmptyNote } from '../ui/ui.js';
import { useEvery } from '../ui/useEvery.js';
import { words } from '../words.js';
import { ExportOptionsForm } from './ExportOptionsForm.js';
import { analysedPart, exportPlan, type ExportPlan } from './plan.js';
import { PreviewStill } from './PreviewStill.js';
import { Unfinished } from './Unfinished.js';
import { isAnalysed, until } from './untilAnalysed.js';
import { WillWrite } from './WillWrite.js';
import styles from './Export.module.css';

const versionOf = (state: App) => state.detectionsVersion;
const timeOf = (state: App) => state.time;
const noTimes = new Float64Array(0);

/** Part of the plan that is analysed, 0..1, kept up with the analysis. */
const useAnalysedPart = (plan: ExportPlan): number => {
  const version = useEvery(app, versionOf, 250);
  const detections = useApp((state) => state.detections);
  return version < 0 ? 0 : analysedPart(detections.analysed, plan.from, plan.to);
};

const Open = ({ video }: { readonly video: VideoInfo }) => {
  const marked = useApp((state) => state.markIn !== null || state.markOut !== null);
  const [whole, setWhole] = useState(!marked);
  const [starting, setStarting] = useState(false);
  const [waiting, setWaiting] = useState(false);
  const filter = useApp((state) => state.filter);
  const look = useApp((state) => state.exportLook);
  const marks = useApp((state) => (whole ? null : `${state.markIn} ${state.markOut}`));
  const times = useApp((state) => state.frames?.times ?? noTimes);
  const complete = useApp((state) => state.frames?.complete === true);
  const time = useEvery(app, timeOf, 250);
  const { closeDialog, startExport, setMode } = app.getState();

  const { markIn, markOut } = app.getState();
  const options: ExportOptions =
    marks === null ? { filter, ...look, start: null, end: null } : { filter, ...look, start: markIn, end: markOut };
  const plan = exportPlan(times, options.start, options.end);
  const part = useAnalysedPart(plan);
  const begins = seconds(times[plan.from] ?? 0);
  const inside = time >= begins && time < begins + plan.duration;
  const finished = complete && part >= 1;

  const start = async (): Promise<void> => {
    setStarting(true);
    const job = await startExport(options);
    setStarting(false);
    if (job !== null) closeDialog();
  };
  const latest = useRef({ start, options });
  useEffect(() => {
    latest.current = { start, options };
  });
  const patience = useRef<AbortController | null>(null);
  useEffect(() => {
    // The preview is of one frame, which has to stay.
    app.getState().player?.pause();
    return () => patience.current?.abort();
  }, []);
  const startWhenAnalysed = async (): Promise<void> => {
    setMode('every-frame');
    // The analysis goes on from the frame that is shown.
    app.getState().player?.seek(begins);
    setWaiting(true);
    patience.current = new AbortController();
    const analysed = await until((state) => isAnalysed(state, latest.current.options), patience.current.signal);
    setWaiting(false);
    if (analysed) await latest.current.start();
  };

  return (
    <Dialog
      open
      width="large"
      onOpenChange={(next) => {
        if (!next) closeDialog();
      }}
      title={words.export.title}
      description={words.export.description}
      footer={
        <>
          <WillWrite video={video} plan={plan} complete={complete} codec={look.codec} />
          <Button onClick={closeDialog}>{words.export.cancel}</Button>
          <Button variant={finished ? 'primary' : 'secondary'} busy={starting} disabled={waiting || plan.to === plan.from} onClick={() => void start()}>
            {starting ? words.export.starting : finished ? words.export.start : words.export.startAnyway}
          </Button>
          {!finished && !waiting && (
            <Button
              variant="primary"
              disabled={starting}
              onClick={() => void startWhenAnalysed()}
            >
              {words.export.waitFor}
            </Button>
          )}
        </>
      }
    >
      <div className={styles.columns}>
        <div className={styles.left}>
          <PreviewStill options={options} time={inside ? time : begins} display={video.display} />
          <p className={styles.caption}>{inside ? words.export.preview : words.export.outside}</p>
        </div>
        <div className={styles.right}>
          <ExportOptionsForm whole={whole} marked={marked} onWhole={setWhole} />
          {!finished && <Unfinished part={part} waiting={waiting} onStop={() => patience.current?.abort()} />}
        </div>
      </div>
    </Dialog>
  );
};

/** Writes the annotated clip: what goes into it, a still of the result, and what will be written. */
export const ExportDialog = () => {
  const open = useApp((state) => state.dialog === 'export');
  const video = useApp(currentVideo);
  const run = useApp((state) => state.run !== null);
  if (!open) return null;
  if (video !== null && run) return <Open video={video} />;
  return (
    <Dialog
      open
      width="small"
      onOpenChange={(next) => {
        if (!next) app.getState().closeDialog();
      }}
      title={words.export.title}
    >
      <EmptyNote title={words.export.nothing} />
    </Dialog>
  );
};
