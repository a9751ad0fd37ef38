import { Download, FolderOpen } from 'lucide-react';
import type { ExportProgress } from '../../electron/engine/contract/contract.js';
import { app, useApp } from '../state/store.js';
import { Button, JobCard, JobDetail, JobFigures, ProgressBar, Spinner, ToneIcon } from '../ui/ui.js';
import { count, figure, remaining } from '../ui/format.js';
import { words } from '../words.js';
import styles from './ExportCards.module.css';

const say = words.export.cards;

const titleOf = ({ state, outputName }: ExportProgress): string =>
  ({ running: say.writing, done: say.done, cancelled: say.cancelled, failed: say.failed })[state](outputName);

/** How far a running export is, shortest first: what is not known yet is left out. */
const progressOf = ({ framesDone, framesTotal, framesPerSecond, remaining: left }: ExportProgress): readonly string[] => [
  framesTotal === null ? say.progressOpen(count(framesDone)) : say.progress(count(framesDone), count(framesTotal)),
  ...(framesPerSecond === null ? [] : [say.rate(figure(framesPerSecond))]),
  ...(left === null ? [] : [say.remaining(remaining(left))]),
];

const Mark = ({ state }: { readonly state: ExportProgress['state'] }) => {
  if (state === 'running') return <Spinner />;
  return <ToneIcon tone={state === 'done' ? 'success' : state === 'failed' ? 'error' : 'info'} />;
};

const Card = ({ job }: { readonly job: ExportProgress }) => {
  const desktop = useApp((state) => state.hello?.host !== 'browser');
  const { cancelExport, revealExport, dismissExport } = app.getState();
  const running = job.state === 'running';
  return (
    <JobCard
      mark={<Mark state={job.state} />}
      title={titleOf(job)}
      closeLabel={running ? say.cancel : say.dismiss}
      onClose={() => (running ? void cancelExport(job.job) : dismissExport(job.job))}
    >
      {running && (
        <>
          <ProgressBar label={titleOf(job)} value={job.framesTotal === null ? null : job.framesDone / Math.max(1, job.framesTotal)} />
          <JobFigures title={job.encoder === null ? undefined : say.encoder(job.encoder)}>
            {progressOf(job).map((part) => <span key={part}>{part}</span>)}
          </JobFigures>
        </>
      )}
      {job.error !== null && <JobDetail>{job.error.message} {job.error.hint}</JobDetail>}
      {job.notes.map((note) => <JobDetail key={note}>{note}</JobDetail>)}
      {job.state === 'done' && (
        <Button size="small" className={styles.action} icon={desktop ? <FolderOpen size={14} /> : <Download size={14} />} onClick={() => void revealExport(job.job)}>
          {desktop ? say.reveal : say.download}
        </Button>
      )}
    </JobCard>
  );
};

/** Exports under way and finished ones, small and out of the way. */
export const ExportCards = () => {
  const jobs = useApp((state) => state.exports);
  if (jobs.length === 0) return null;
  return (
    <ul className={styles.cards} aria-label={words.export.cards.region}>
      {jobs.map((job) => (
        <li key={job.job}><Card job={job} /></li>
      ))}
    </ul>
  );
};
