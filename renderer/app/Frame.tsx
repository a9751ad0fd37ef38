import { X } from 'lucide-react';
import { useEffect, useRef, type ReactNode } from 'react';
import { ClassesPanel } from '../classes/ClassesPanel.js';
import { Confidence } from '../classes/Confidence.js';
import { Empty } from '../empty/Empty.js';
import { ExportCards } from '../export/ExportCards.js';
import { ExportDialog } from '../export/ExportDialog.js';
import { GaugesPanel } from '../gauges/GaugesPanel.js';
import { KeysDialog } from '../help/KeysDialog.js';
import { useKeys } from '../keys/useKeys.js';
import { Lab } from '../lab/Lab.js';
import { AllModels } from '../models/list/AllModels.js';
import { FasterCard } from '../models/faster/FasterCard.js';
import { FasterDialog } from '../models/faster/FasterDialog.js';
import { Player } from '../player/Player.js';
import { Transport } from '../player/Transport.js';
import { useFullScreen } from '../player/fullScreen.js';
import { Queue } from '../queue/Queue.js';
import { SettingsDialog } from '../settings/SettingsDialog.js';
import { app, useApp } from '../state/store.js';
import { Timeline } from '../timeline/Timeline.js';
import { IconButton, ToastRegion, TooltipProvider } from '../ui/ui.js';
import { words } from '../words.js';
import { Header } from './Header.js';
import { Notes } from './Notes.js';
import { useDrop } from './useDrop.js';
import { useFolding } from './useFolding.js';
import { useIdle } from './useIdle.js';
import { useTheme } from './useTheme.js';
import styles from './Frame.module.css';

const Panel = () => (
  <>
    <GaugesPanel />
    <Confidence />
    <ClassesPanel />
  </>
);

const Drawer = ({ side, label, children }: { readonly side: 'left' | 'right'; readonly label: string; readonly children: ReactNode }) => {
  const { closeDrawer } = app.getState();
  const drawer = useRef<HTMLElement>(null);
  useEffect(() => {
    // Escape and Tab belong to the drawer while it is open; afterwards the focus is where it was.
    const before = document.activeElement;
    drawer.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <>
      <div className={styles.scrim} onClick={closeDrawer} />
      <aside ref={drawer} tabIndex={-1} className={styles.drawer} data-side={side} aria-label={label} onKeyDown={(event) => { if (event.key === 'Escape') closeDrawer(); }}>
        <header className={styles.drawerHead}>
          <h2>{label}</h2>
          <IconButton label={words.app.closeDrawer} size="small" side="left" onClick={closeDrawer}>
            <X size={14} />
          </IconButton>
        </header>
        <div className={styles.drawerBody}>{children}</div>
      </aside>
    </>
  );
};

const Toasts = () => <ToastRegion toasts={useApp((now) => now.notices)} onDismiss={app.getState().dismissNotice} />;

const Drop = () => <div className={styles.drop} data-part="drop"><span className={styles.dropWords}>{words.app.dropHere}</span></div>;

/** The one window: header, queue, picture, figures and classes, transport and timeline. */
export const Frame = () => {
  useTheme();
  useFolding();
  useDrop();
  useKeys();
  const hasVideo = useApp((now) => now.current !== null);
  const dragging = useApp((now) => now.dragging);
  const folded = useApp((now) => now.folded);
  const drawer = useApp((now) => now.drawer);
  const queueShown = useApp((now) => now.queueOpen && now.queue.length > 1) && !folded.queue;
  const panelShown = useApp((now) => now.panelOpen) && !folded.panel;
  const inLab = useApp((now) => now.place === 'lab');
  const full = useFullScreen();
  const idle = useIdle(full);
  return (
    <TooltipProvider>
      <div className={styles.frame} data-full={full || undefined} data-idle={idle || undefined}>
        {!full && <Header />}
        <div className={styles.places}>
          {/* The video stays as it is while the lab is in front of it. */}
          <div className={styles.video} data-away={inLab || undefined}>
            <div className={styles.middle}>
              {!full && queueShown && <aside className={styles.queue}><Queue /></aside>}
              <main className={styles.main}>
                {hasVideo ? <Player /> : <Empty dimmed={dragging} />}
                <Notes />
                <div className={styles.cards}><FasterCard /><ExportCards /></div>
                {!inLab && <Toasts />}
                {dragging && !inLab && <Drop />}
              </main>
              {!full && panelShown && <aside className={styles.panel}><Panel /></aside>}
              {!full && drawer === 'queue' && <Drawer side="left" label={words.app.showQueue}><Queue titled={false} /></Drawer>}
              {!full && drawer === 'panel' && <Drawer side="right" label={words.app.showPanel}><Panel /></Drawer>}
            </div>
            {hasVideo && (
              <footer className={styles.foot}>
                <Transport />
                <Timeline />
              </footer>
            )}
          </div>
          {inLab && (
            <div className={styles.lab}>
              <Lab />
              <Toasts />
              {dragging && <Drop />}
            </div>
          )}
        </div>
      </div>
      <ExportDialog />
      <AllModels />
      <FasterDialog />
      <KeysDialog />
      <SettingsDialog />
    </TooltipProvider>
  );
};
