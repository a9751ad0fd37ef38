import { stages, type LiveStats, type Quantiles } from '../../electron/engine/contract/contract.js';
import { figure } from '../ui/format.js';
import { words } from '../words.js';
import { frameTime } from './latency.js';
import styles from './Details.module.css';

const { explain } = words.gauges;

const explained = [
  [words.gauges.framesPerSecond, explain.framesPerSecond],
  [words.gauges.decodedQueue, explain.decodedQueue],
  [words.gauges.inferenceQueue, explain.inferenceQueue],
  [words.gauges.dropped, explain.dropped],
  [words.gauges.memory, explain.memory],
  [words.gauges.provider, explain.provider],
] as const;

/** Every time with its spread, then every figure in plain words. */
export const Details = ({ stats, draw }: { readonly stats: LiveStats | null; readonly draw: Quantiles | null }) => {
  const time = stats === null ? null : frameTime(stats.latency, draw);
  const row = (name: string, meaning: string, p50: number | null, p95: number | null) => (
    <tr key={name}>
      <th scope="row">
        {name}
        <span className={styles.meaning}>{meaning}</span>
      </th>
      <td>{figure(p50)}</td>
      <td>{figure(p95)}</td>
    </tr>
  );
  return (
    <div className={styles.details}>
      <p className={styles.intro}>{words.gauges.detailsIntro}</p>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{words.gauges.latency}, ms</th>
            <th scope="col">{words.gauges.p50}</th>
            <th scope="col">{words.gauges.p95}</th>
          </tr>
        </thead>
        <tbody>
          {stages.map((stage) => {
            const known = time?.stages.find((other) => other.stage === stage)?.time ?? null;
            return row(words.gauges.stages[stage], words.gauges.meanings[stage], known?.p50 ?? null, known?.p95 ?? null);
          })}
        </tbody>
        <tfoot>
          {row(words.gauges.waiting, explain.waiting, time?.waiting ?? null, null)}
          {row(words.gauges.endToEnd, explain.endToEnd, time?.endToEnd?.p50 ?? null, time?.endToEnd?.p95 ?? null)}
        </tfoot>
      </table>
      <dl className={styles.list}>
        {explained.map(([name, meaning]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
};
