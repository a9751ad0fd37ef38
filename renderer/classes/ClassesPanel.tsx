import { useMemo, useState } from 'react';
import { Search } from 'lucide-react';
import { classColour } from '../../electron/engine/contract/contract.js';
import type { App } from '../state/slice.js';
import { listedClasses } from '../state/selectors.js';
import { app, useApp } from '../state/store.js';
import { Button, Checkbox, EmptyNote, Tooltip } from '../ui/ui.js';
import { count, dash } from '../ui/format.js';
import { useEvery } from '../ui/useEvery.js';
import { words } from '../words.js';
import { Confidence } from './Confidence.js';
import { classRows, longList, visibleRows, type ClassRow } from './rows.js';
import styles from './Classes.module.css';

const frameOf = (state: App) => state.frame;
const versionOf = (state: App) => state.detectionsVersion;
const scoreOf = (state: App) => state.filter.minScore;
const noNames: readonly string[] = [];

/** The figures of every class, kept up with playback ten times a second and with analysis four. */
const useRows = (): { readonly rows: readonly ClassRow[]; readonly listed: readonly number[] } => {
  const names = useApp((state) => state.run?.model.classes ?? noNames);
  const hidden = useApp((state) => state.filter.hiddenClasses);
  const detections = useApp((state) => state.detections);
  const version = useEvery(app, versionOf, 250);
  const frame = useEvery(app, frameOf, 100);
  const minScore = useEvery(app, scoreOf, 60);
  const inVideo = useMemo(() => ({ of: version, totals: detections.totals(minScore) }), [detections, version, minScore]);
  const listed = useMemo(() => (version >= 0 && names.length >= 0 ? listedClasses(app.getState()) : []), [names, version]);
  const rows = useMemo(() => {
    const onFrame = frame !== null && inVideo.of >= 0 && detections.has(frame) ? detections.countsAt(frame, minScore) : null;
    return classRows({ names, hidden, onFrame, inVideo: inVideo.totals, listed });
  }, [names, hidden, detections, frame, minScore, inVideo, listed]);
  return { rows, listed };
};

const Row = ({ row }: { readonly row: ClassRow }) => {
  const { toggleClass, soloClass } = app.getState();
  return (
    <li className={styles.row} data-hidden={!row.shown || undefined} data-absent={row.onFrame === 0 || undefined}>
      <Tooltip content={words.classes.show(row.name)} side="left" {...(row.digit !== null && { keys: String(row.digit) })}>
        <label className={styles.name}>
          <Checkbox checked={row.shown} onChange={() => toggleClass(row.id)} label={words.classes.show(row.name)} />
          <span className={styles.dot} style={{ background: classColour(row.name) }} />
          <span className={styles.text}>{row.name}</span>
        </label>
      </Tooltip>
      <button type="button" className={styles.only} aria-label={words.classes.onlyThis(row.name)} onClick={() => soloClass(row.id)}>
        {words.classes.only}
      </button>
      <span className={styles.now}>{row.onFrame === null ? dash : count(row.onFrame)}</span>
      <span className={styles.total}>{count(row.inVideo)}</span>
    </li>
  );
};

/** What is found, class by class, and which of it is shown. */
export const ClassesPanel = () => {
  const { rows, listed } = useRows();
  const [search, setSearch] = useState('');
  const [unseenToo, setUnseenToo] = useState(false);
  const long = rows.length >= longList;
  const visible = visibleRows(rows, listed, search, unseenToo);
  const unseen = rows.length - listed.length;
  const someHidden = rows.some((row) => !row.shown);
  return (
    <section className={styles.panel} aria-label={words.classes.title}>
      <Confidence />
      <header className={styles.head}>
        <h2 className={styles.title}>{words.classes.title}</h2>
        {someHidden && (
          <button type="button" className={styles.all} onClick={() => app.getState().showAllClasses()}>
            {words.classes.all}
          </button>
        )}
        <Tooltip content={words.classes.onFrameMeaning} side="top">
          <span className={styles.now}>{words.classes.onFrame}</span>
        </Tooltip>
        <Tooltip content={words.classes.inVideoMeaning} side="top">
          <span className={styles.total}>{words.classes.inVideo}</span>
        </Tooltip>
      </header>
      {long && (
        <label className={styles.search}>
          <Search size={14} />
          <input
            className={styles.input}
            type="text"
            aria-label={words.classes.search}
            placeholder={words.classes.search}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        </label>
      )}
      {rows.length === 0 && <p className={styles.note}>{words.classes.nothing}</p>}
      <ul>
        {visible.map((row) => (
          <Row key={row.id} row={row} />
        ))}
      </ul>
      {visible.length === 0 && search.trim() !== '' && <EmptyNote title={words.classes.noMatch(search.trim())} />}
      {long && search.trim() === '' && unseen > 0 && (
        <Button variant="quiet" size="small" className={styles.more} onClick={() => setUnseenToo(!unseenToo)}>
          {unseenToo ? words.classes.hideUnseen : words.classes.unseen(unseen)}
        </Button>
      )}
    </section>
  );
};
