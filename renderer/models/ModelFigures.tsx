import type { CSSProperties } from 'react';
import type { AccuracyOn, ModelFigures as Figures } from '../../electron/engine/contract/contract.js';
import { dash, figure } from '../ui/format.js';
import { Unseen } from '../ui/ui.js';
import { words } from '../words.js';
import styles from './ModelFigures.module.css';

const say = words.models.card;

const precision = (value: number | null): string => (value === null ? dash : value.toFixed(2));

/** Hundredths, with a sign: 0.004 lost is -0.4. */
const points = (lost: number): string => {
  const text = Math.abs(100 * lost).toFixed(1);
  return text === '0.0' ? say.same : say.points(`${lost > 0 ? '−' : '+'}${text}`);
};

const Cell = ({ value }: { readonly value: number | null }) => (
  <td className={styles.value} style={{ '--share': value ?? 0 } as CSSProperties}>{precision(value)}</td>
);

const Accuracy = ({ sets, classes }: { readonly sets: readonly AccuracyOn[]; readonly classes: readonly string[] }) => (
  <table className={styles.table} aria-label={say.accuracy} data-selectable>
    <caption className={styles.caption}>{say.accuracyNote}</caption>
    <thead>
      <tr>
        <th scope="col"><Unseen>{say.class}</Unseen></th>
        {sets.map(({ set }) => <th key={set} scope="col">{set}</th>)}
      </tr>
    </thead>
    <tbody>
      <tr className={styles.all}>
        <th scope="row">{say.all}</th>
        {sets.map(({ set, mean }) => <Cell key={set} value={mean} />)}
      </tr>
      {sets.some(({ strict }) => strict !== null) && (
        <tr>
          <th scope="row">{say.strict}</th>
          {sets.map(({ set, strict }) => <Cell key={set} value={strict} />)}
        </tr>
      )}
      {sets.some(({ lost }) => lost !== null) && (
        <tr>
          <th scope="row">{say.lost}</th>
          {sets.map(({ set, lost }) => <td key={set}>{lost === null ? dash : points(lost)}</td>)}
        </tr>
      )}
      {classes.map((name, id) => (
        <tr key={id}>
          <th scope="row">{name}</th>
          {sets.map(({ set, classes: own }) => <Cell key={set} value={own[name] ?? null} />)}
        </tr>
      ))}
    </tbody>
  </table>
);

/** What was measured of a model where it was made, as terms of a list of facts. */
export const ModelFigures = ({ figures, classes }: { readonly figures: Figures; readonly classes: readonly string[] }) => {
  const { parameters, multiplyAdds, speed, accuracy, faults } = figures;
  return (
    <>
      {parameters !== null && multiplyAdds !== null && (
        <>
          <dt>{say.cost}</dt>
          <dd>{say.costOf((parameters / 1e6).toFixed(2), (multiplyAdds / 1e9).toFixed(2))}</dd>
        </>
      )}
      {speed !== null && (
        <>
          <dt>{say.time}</dt>
          <dd>{say.timeOf(figure(speed.milliseconds), speed.machine)}</dd>
        </>
      )}
      {faults.length > 0 && (
        <>
          <dt>{say.faults}</dt>
          <dd data-selectable>
            <ul className={styles.faults}>
              {faults.map((fault) => <li key={fault}>{fault}</li>)}
            </ul>
          </dd>
        </>
      )}
      {accuracy.length > 0 && (
        <>
          <dt>{say.accuracy}</dt>
          <dd><Accuracy sets={accuracy} classes={classes} /></dd>
        </>
      )}
    </>
  );
};
