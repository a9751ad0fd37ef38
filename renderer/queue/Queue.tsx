import { CircleAlert, CircleCheck, Plus, X } from 'lucide-react';
import { percent } from '../app/percent.js';
import { Thumbnail } from '../app/Thumbnail.js';
import type { QueueItem } from '../state/slices/queue.js';
import { app, useApp } from '../state/store.js';
import { Button, IconButton, ProgressBar } from '../ui/ui.js';
import { words } from '../words.js';
import styles from './Queue.module.css';

const say = words.queue;

const stateOf = (item: QueueItem): string =>
  item.progress !== null && item.progress > 0 && (item.state === 'analysing' || item.state === 'waiting')
    ? say.progress(percent(item.progress))
    : item.state === 'failed' ? (item.error?.message ?? say.states.failed) : say.states[item.state];

const Item = ({ item, shown }: { readonly item: QueueItem; readonly shown: boolean }) => {
  const { name, token, duration } = item.video;
  return (
    <li className={styles.item} data-shown={shown || undefined} data-state={item.state}>
      <button type="button" className={styles.open} aria-label={say.show(name, stateOf(item))} aria-current={shown || undefined} onClick={() => app.getState().show(token)}>
        <span className={styles.still}><Thumbnail video={token} width={56} time={Math.min(1, (duration ?? 0) / 4)} /></span>
        <span className={styles.text}>
          <span className={styles.name} title={name}>{name}</span>
          <span className={styles.state} title={item.error === null ? undefined : `${item.error.message} ${item.error.hint ?? ''}`}>
            {item.state === 'done' && <CircleCheck size={12} className={styles.good} />}
            {item.state === 'failed' && <CircleAlert size={12} className={styles.bad} />}
            <span className={styles.words}>{stateOf(item)}</span>
          </span>
          {item.state === 'analysing' && <ProgressBar label={name} value={item.progress} />}
        </span>
      </button>
      <span className={styles.remove}>
        <IconButton label={say.remove(name)} size="small" side="right" onClick={() => app.getState().removeFromQueue(token)}>
          <X size={14} />
        </IconButton>
      </span>
    </li>
  );
};

/** The videos that were opened together, with how far each is. Without its title where another stands above it. */
export const Queue = ({ titled = true }: { readonly titled?: boolean }) => {
  const queue = useApp((now) => now.queue);
  const current = useApp((now) => now.current);
  const done = queue.filter((item) => item.state === 'done').length;
  return (
    <section className={styles.queue} aria-label={say.title}>
      <header className={styles.head}>
        {titled && <h2 className={styles.title}>{say.title}</h2>}
        <span className={styles.sum}>{say.done(done, queue.length)}</span>
      </header>
      <ul className={styles.list}>
        {queue.map((item) => <Item key={item.video.token} item={item} shown={item.video.token === current} />)}
      </ul>
      <Button variant="quiet" size="small" className={styles.add} icon={<Plus size={14} />} onClick={() => void app.getState().chooseVideos()}>
        {say.add}
      </Button>
    </section>
  );
};
