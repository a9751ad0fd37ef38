import { Tooltip } from '../ui/ui.js';
import { figure } from '../ui/format.js';
import { words } from '../words.js';
import type { FrameTime, StageTime } from './latency.js';
import styles from './StageBar.module.css';

const percent = (share: number): string => `${Math.round(share * 100)} %`;

const tip = ({ stage, time, share }: StageTime) => (
  <span>
    {words.gauges.stageOf(words.gauges.stages[stage], figure(time?.p50 ?? null), percent(share))}
    <span className={styles.meaning}>{words.gauges.meanings[stage]}</span>
  </span>
);

/** The work on one frame as a bar, a stage a colour, with its legend. */
export const StageBar = ({ time }: { readonly time: FrameTime }) => (
  <div>
    <div className={styles.bar}>
      {time.stages.map((stage) => (
        <Tooltip key={stage.stage} content={tip(stage)} side="top">
          <span className={styles.part} data-stage={stage.stage} style={{ flexGrow: stage.share }} hidden={stage.share === 0} />
        </Tooltip>
      ))}
    </div>
    <dl className={styles.legend}>
      {time.stages.map((stage) => (
        <Tooltip key={stage.stage} content={tip(stage)} side="left">
          <div className={styles.row} data-stage={stage.stage}>
            <dt className={styles.name}>{words.gauges.stages[stage.stage]}</dt>
            <dd className={styles.value}>{figure(stage.time?.p50 ?? null)}</dd>
          </div>
        </Tooltip>
      ))}
      <Tooltip content={words.gauges.explain.waiting} side="left">
        <div className={styles.row} data-stage="waiting">
          <dt className={styles.name}>{words.gauges.waiting}</dt>
          <dd className={styles.value}>{figure(time.waiting)}</dd>
        </div>
      </Tooltip>
    </dl>
  </div>
);
