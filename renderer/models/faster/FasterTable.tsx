import { Check } from 'lucide-react';
import { fasterLimits, type FasterForm, type FasterOutcome, type FasterProgress } from '../../../electron/engine/contract/contract.js';
import { bytes, count, dash } from '../../ui/format.js';
import { words } from '../../words.js';
import styles from './Faster.module.css';

const say = words.faster;

const percent = (share: number): string => say.percent((100 * share).toFixed(1));

const Figures = ({ form, many }: { readonly form: FasterForm; readonly many: boolean }) => {
  const providers = words.models.providers;
  const refused = form.times.flatMap(({ provider, error }) => (error === null ? [] : [say.didNotRun(providers[provider], error)]));
  return (
    <>
      <td>{bytes(form.fileSize)}</td>
      <td title={form.times.flatMap(({ provider, time }) => (time === null ? [] : [`${providers[provider]}: ${say.milliseconds(time.toFixed(2))}`])).join(', ')}>
        {form.best === null ? dash : say.milliseconds(form.best.time.toFixed(1))}
        {many && form.best !== null && <span className={styles.small}>{say.onProvider(providers[form.best.provider])}</span>}
        {refused.map((reason) => <span key={reason} className={styles.small}>{reason}</span>)}
      </td>
      <td>{form.ratio === null ? dash : say.times(form.ratio.toFixed(2))}</td>
      <td>{form.agreement === null ? dash : percent(form.agreement)}</td>
    </>
  );
};

/** Every form with its figures, what is kept marked, and how they were found. */
export const FasterTable = ({ progress, outcome }: { readonly progress: FasterProgress; readonly outcome: FasterOutcome }) => {
  const many = new Set(progress.forms.flatMap(({ times }) => times.map(({ provider }) => provider))).size > 1;
  return (
    <div>
      <div className={styles.scroll}>
        <table className={styles.table} aria-label={say.table}>
          <thead>
            <tr>
              {[say.form, say.size, say.time, say.ratio, say.agreement].map((title) => <th key={title} scope="col">{title}</th>)}
            </tr>
          </thead>
          <tbody>
            {progress.forms.map((form) => {
              const won = form.form === outcome.winner;
              return (
                <tr key={form.form} data-won={won || undefined}>
                  <th scope="row" title={say.formMeanings[form.form]}>
                    <span className={styles.formName}>
                      {say.forms[form.form]}
                      {won && <span className={styles.kept}><Check size={12} strokeWidth={3} />{form.form === 'original' ? say.staysMark : say.kept}</span>}
                    </span>
                  </th>
                  {form.error === null ? <Figures form={form} many={many} /> : <td colSpan={4} className={styles.wrong}>{form.error.message}</td>}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p className={styles.hint}>{say.how(outcome.calibrated, outcome.compared, outcome.videos.join(', '), count(outcome.boxes))}</p>
      <p className={styles.hint}>{say.meaning(say.percent((100 * fasterLimits.agreement).toFixed(0)), String(fasterLimits.ratio))}</p>
    </div>
  );
};
