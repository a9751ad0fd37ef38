import { useEffect, useMemo, useState, type MouseEvent, type PointerEvent } from 'react';
import { ChevronDown, Search } from 'lucide-react';
import { longList } from '../state/classList.js';
import type { App } from '../state/slice.js';
import { app, useApp } from '../state/store.js';
import { Button, EmptyNote, Tooltip } from '../ui/ui.js';
import { score } from '../ui/format.js';
import { useEvery } from '../ui/useEvery.js';
import { words } from '../words.js';
import { Row } from './Row.js';
import { classRows, foundRows, rowGroups, type ClassRow, type RowGroups } from './rows.js';
import styles from './Classes.module.css';

const frameOf = (state: App) => state.frame;
const versionOf = (state: App) => state.detectionsVersion;
const scoreOf = (state: App) => state.filter.minScore;
const noNames: readonly string[] = [];

/** The figures of every class, kept up with playback ten times a second and with analysis four. */
const useRows = (): { readonly rows: readonly ClassRow[]; readonly groups: RowGroups; readonly minScore: number } => {
  const names = useApp((state) => state.run?.model.classes ?? noNames);
  const hidden = useApp((state) => state.filter.hiddenClasses);
  const detections = useApp((state) => state.detections);
  const listed = useApp((state) => state.classList.listed);
  const version = useEvery(app, versionOf, 250);
  const frame = useEvery(app, frameOf, 100);
  const minScore = useEvery(app, scoreOf, 60);
  const inVideo = useMemo(() => ({ of: version, totals: detections.totals(minScore) }), [detections, version, minScore]);
  return useMemo(() => {
    const { highest } = detections;
    const onFrame = frame !== null && inVideo.of >= 0 && detections.has(frame) ? detections.countsAt(frame, minScore) : null;
    const rows = classRows({ names, hidden, onFrame, inVideo: inVideo.totals, highest, listed });
    return { rows, groups: rowGroups(rows, listed, highest), minScore };
  }, [names, hidden, detections, frame, minScore, inVideo, listed]);
};

/** Where the pointer rests no row moves: below the listed ones, none may come either. */
const hold = (event: PointerEvent<HTMLUListElement>): void => {
  const low = event.target instanceof Element && event.target.closest('[data-below]') !== null;
  app.getState().holdClasses('pointer', low ? 'frozen' : 'no-removal');
};
const letGo = (): void => app.getState().holdClasses('pointer', 'free');

/** The lanes that come with the rows take room from the panel: the line and as many of its rows as fit stay in view. */
const toggleBelow = ({ currentTarget: line }: MouseEvent<HTMLButtonElement>): void => {
  const { belowOpen, setBelowOpen } = app.getState();
  setBelowOpen(!belowOpen);
  requestAnimationFrame(() => {
    const rows = line.closest('ul')?.querySelectorAll('[data-class][data-below]') ?? [];
    for (const shown of [rows[rows.length - 1], line]) shown?.scrollIntoView({ block: 'nearest' });
  });
};

type MoreProps = { readonly part: string; readonly open: boolean; readonly text: string; readonly onToggle: (event: MouseEvent<HTMLButtonElement>) => void };

/** The line that stands for classes without a row, and brings them. */
const More = ({ part, open, text, onToggle }: MoreProps) => (
  <li className={styles.more} data-below>
    <Button
      variant="quiet" size="small" aria-expanded={open} data-part={part} onClick={onToggle}
      icon={<ChevronDown size={14} className={styles.chevron} data-open={open || undefined} />}
    >
      {text}
    </Button>
  </li>
);

/** What is found, class by class, and which of it is shown. */
export const ClassesPanel = () => {
  const { rows, groups, minScore } = useRows();
  const belowOpen = useApp((state) => state.belowOpen);
  const [search, setSearch] = useState('');
  const [unseenToo, setUnseenToo] = useState(false);
  useEffect(() => letGo, []);
  const found = foundRows(rows, search);
  const { listed, below, unseen } = groups;
  const row = (one: ClassRow, low: boolean) => <Row key={one.id} row={one} below={low} />;
  return (
    <section className={styles.panel} aria-label={words.classes.title}>
      <header className={styles.head}>
        <h2 className={styles.title}>{words.classes.title}</h2>
        {rows.some(({ shown }) => !shown) && (
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
      {rows.length >= longList && (
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
      {/* One list, so that a row keeps the focus when it goes from one part to another. */}
      <ul onPointerOver={hold} onPointerLeave={letGo} data-part="classes">
        {found?.map((one) => row(one, below.includes(one))) ?? [
          ...listed.map((one) => row(one, false)),
          below.length > 0 && (
            <More
              key="below" part="below" open={belowOpen} text={words.classes.below(below.length, score(minScore))}
              onToggle={toggleBelow}
            />
          ),
          ...(belowOpen ? below.map((one) => row(one, true)) : []),
          unseen.length > 0 && (
            <More
              key="unseen" part="unseen" open={unseenToo} text={words.classes.unseen(unseen.length)}
              onToggle={() => setUnseenToo(!unseenToo)}
            />
          ),
          ...(unseenToo ? unseen.map((one) => row(one, true)) : []),
        ]}
      </ul>
      {found?.length === 0 && <EmptyNote title={words.classes.noMatch(search.trim())} />}
    </section>
  );
};
