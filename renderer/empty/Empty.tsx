import { Film, FolderOpen, Sparkles, X } from 'lucide-react';
import type { Recent } from '../../electron/engine/contract/contract.js';
import { Thumbnail } from '../app/Thumbnail.js';
import { app, useApp } from '../state/store.js';
import { Button, IconButton } from '../ui/ui.js';
import { words } from '../words.js';
import { whenOpened } from './when.js';
import styles from './Empty.module.css';

const say = words.empty;
/** Recent videos shown; older ones are kept but would only crowd the invitation. */
const mostShown = 8;

const RecentCard = ({ recent }: { readonly recent: Recent }) => (
  <li className={styles.recent} data-missing={recent.missing || undefined}>
    <button type="button" className={styles.card} aria-label={say.reopen(recent.name)} disabled={recent.missing} onClick={() => void app.getState().reopen(recent.video)}>
      <Thumbnail video={recent.video} width={168} time={0} />
      <span className={styles.name} title={recent.name}>{recent.name}</span>
      <span className={styles.when}>{recent.missing ? say.missing : whenOpened(recent.openedAt, Date.now())}</span>
    </button>
    <span className={styles.forget}>
      <IconButton label={say.forget(recent.name)} size="small" onClick={() => void app.getState().forget(recent.video)}>
        <X size={14} />
      </IconButton>
    </span>
  </li>
);

/** What there is before there is a video: an invitation, and what was opened before. `dimmed` steps back for what lies over it. */
export const Empty = ({ dimmed }: { readonly dimmed: boolean }) => {
  const recents = useApp((now) => now.recents);
  const sample = useApp((now) => now.hello?.sample ?? false);
  const opening = useApp((now) => now.opening);
  return (
    <div className={styles.empty} data-part="empty" data-dimmed={dimmed || undefined}>
      <div className={styles.invitation}>
        <Film size={40} strokeWidth={1.25} className={styles.icon} />
        <h1 className={styles.title}>{say.title}</h1>
        <p className={styles.text}>{say.text}</p>
        <div className={styles.actions}>
          <Button variant="primary" icon={<FolderOpen size={16} />} busy={opening} onClick={() => void app.getState().chooseVideos()}>
            {say.open}
          </Button>
          {sample && (
            <Button icon={<Sparkles size={16} />} disabled={opening} onClick={() => void app.getState().openSample()}>
              {say.sample}
            </Button>
          )}
        </div>
        <p className={styles.private}>{say.private}</p>
      </div>
      {recents.length > 0 && (
        <section className={styles.recents} aria-label={say.recents}>
          <h2 className={styles.heading}>{say.recents}</h2>
          <ul className={styles.list}>{recents.slice(0, mostShown).map((recent) => <RecentCard key={recent.video} recent={recent} />)}</ul>
        </section>
      )}
    </div>
  );
};
