import { useEffect, useRef, useState } from 'react';
import { CircleHelp } from 'lucide-react';
import type { LiveStats } from '../../electron/engine/contract/contract.js';
import { app, useApp } from '../state/store.js';
import type { App } from '../state/slice.js';
import { IconButton, Popover, Tooltip } from '../ui/ui.js';
import { bytes, count, dash, figure } from '../ui/format.js';
import { useEvery } from '../ui/useEvery.js';
import { words } from '../words.js';
import { bottleneckSentence, restingSentence } from './bottleneck.js';
import { Details } from './Details.js';
import { History } from './history.js';
import { frameTime } from './latency.js';
import { ProviderRow } from './ProviderRow.js';
import { Sparkline } from './Sparkline.js';
import { StageBar } from './StageBar.js';
import styles from './Gauges.module.css';

const { explain } = words.gauges;

/** The figures move four times a second at most: faster cannot be read. */
const pace = 250;
const minute = 60_000;

/** Outlives the panel, so that a folded drawer does not cost the history. */
const history = new History(minute);
let historyOf: string | null = null;

const nothing = { decode: null, preprocess: null, inference: null, postprocess: null, endToEnd: null } as const;
const statsOf = (state: App) => state.stats;
const drawOf = (state: App) => state.draw;

/** Takes a reading whenever new figures come; returns the time of the last one. */
const useHistory = (): number => {
  const stats = useEvery(app, statsOf, pace);
  const taken = useRef(stats);
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    if (stats === null || (taken.current === stats && history.readings.length > 0)) return;
    taken.current = stats;
    if (historyOf !== stats.run) history.clear();
    historyOf = stats.run;
    const at = performance.now();
    history.add(at, stats.framesPerSecond.now);
    setNow(at);
  }, [stats]);
  return now;
};

const queueText = (stats: LiveStats | null, name: LiveStats['queues'][number]['name']): string => {
  const queue = stats?.queues.find((other) => other.name === name);
  return queue === undefined || queue.limit === 0 ? dash : words.gauges.queueOf(queue.length, queue.limit);
};

const Figure = ({ name, meaning, value }: { readonly name: string; readonly meaning: string; readonly value: string }) => (
  <Tooltip content={meaning} side="left">
    <div className={styles.row}>
      <dt className={styles.label}>{name}</dt>
      <dd className={styles.value}>{value}</dd>
    </div>
  </Tooltip>
);

/** How fast this machine is, live, and what holds it back. */
export const GaugesPanel = () => {
  const stats = useEvery(app, statsOf, pace);
  const draw = useEvery(app, drawOf, pace);
  const run = useApp((state) => state.run);
  const videoOpen = useApp((state) => state.current !== null);
  const busy = useApp((state) => state.providersBusy);
  const now = useHistory();
  const time = frameTime(stats?.latency ?? nothing, draw);

  const tryAgain = async (): Promise<void> => {
    await app.getState().tryProviders();
    await app.getState().restartRun();
  };
  return (
    <section className={styles.panel} aria-label={words.gauges.title}>
      <div className={styles.speed}>
        <div className={styles.rate}>
          <span className={styles.big}>{figure(stats?.framesPerSecond.now ?? null)}</span>
          <span className={styles.unit}>{words.gauges.framesPerSecond}</span>
        </div>
        <div className={styles.help}>
          <Popover
            label={words.gauges.details}
            side="left"
            className={styles.popover}
            trigger={
              <IconButton label={words.gauges.details} size="small" side="left">
                <CircleHelp size={14} />
              </IconButton>
            }
          >
            <Details stats={stats} draw={draw} />
          </Popover>
        </div>
        <p className={styles.overRun}>{words.gauges.overRun(figure(stats?.framesPerSecond.run ?? null))}</p>
        <div className={styles.history}>
          <Sparkline history={history} now={now} />
        </div>
      </div>

      <div className={styles.group}>
        <div className={styles.row}>
          <span className={styles.strong}>{words.gauges.latency}</span>
          <span className={styles.strong}>{words.gauges.milliseconds(figure(time.endToEnd?.p50 ?? null))}</span>
        </div>
        <p className={styles.quietRight}>{words.gauges.most(figure(time.endToEnd?.p95 ?? null))}</p>
        <StageBar time={time} />
        <p className={styles.sentence}>{stats !== null ? bottleneckSentence(stats, draw) : restingSentence(videoOpen, run)}</p>
      </div>

      <div className={styles.group}>
        {run !== null && <ProviderRow choice={run.provider} busy={busy} onTryAgain={() => void tryAgain()} />}
        <dl className={styles.figures}>
          <Figure name={words.gauges.decodedQueue} meaning={explain.decodedQueue} value={queueText(stats, 'decoded')} />
          <Figure name={words.gauges.inferenceQueue} meaning={explain.inferenceQueue} value={queueText(stats, 'inference')} />
          <Figure name={words.gauges.dropped} meaning={explain.dropped} value={count(stats?.framesDropped ?? null)} />
          <Figure name={words.gauges.memory} meaning={explain.memory} value={bytes(stats?.memory ?? null)} />
        </dl>
      </div>
    </section>
  );
};
