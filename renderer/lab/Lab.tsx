import { useEffect } from 'react';
import { PlaceNotes } from '../app/Notes.js';
import { leaveFullScreen } from '../player/fullScreen.js';
import { app, useApp } from '../state/store.js';
import { labViews } from '../state/slices/lab.js';
import { Banner, Button, Segmented, Spinner } from '../ui/ui.js';
import { words } from '../words.js';
import { RunBar } from './RunBar.js';
import { ProviderChoice, RoundsChoice } from './setup/Choices.js';
import { SetupPanel } from './setup/SetupPanel.js';
import { CompareView } from './views/CompareView.js';
import { KeptView } from './views/KeptView.js';
import { LayersView } from './views/LayersView.js';
import { PaperView } from './views/PaperView.js';
import styles from './Lab.module.css';

const say = words.lab;

const views = { compare: CompareView, layers: LayersView, paper: PaperView, kept: KeptView } as const;

/** The second place of the window: networks and models measured on this machine. */
export const Lab = () => {
  const overview = useApp((now) => now.labOverview);
  const error = useApp((now) => now.labError);
  const view = useApp((now) => now.labView);
  const { setLabView, loadLab } = app.getState();
  useEffect(() => {
    void leaveFullScreen();
  }, []);
  if (overview === null) {
    return (
      <div className={styles.waiting}>
        <PlaceNotes />
        {error === null
          ? <p className={styles.loading} role="status"><Spinner size={16} />{say.loading}</p>
          : (
            <Banner tone="error" title={say.failed} action={<Button size="small" onClick={() => void loadLab()}>{say.tryAgain}</Button>}>
              <p>{say.failedRow(error)}</p>
            </Banner>
          )}
      </div>
    );
  }
  const View = views[view];
  return (
    <div className={styles.lab} data-part="lab">
      {(view === 'compare' || view === 'layers') && <aside className={styles.side}><SetupPanel overview={overview} /></aside>}
      <main className={styles.main}>
        <div className={styles.top}>
          <Segmented label={say.views} value={view} onChange={setLabView} options={labViews.map((value) => ({ value, label: say[value] }))} />
          {view === 'paper' && <div className={styles.choices}><ProviderChoice overview={overview} side="bottom" /><RoundsChoice side="bottom" /></div>}
        </div>
        <div className={styles.scroll}>
          <div className={styles.page}>
            <PlaceNotes />
            <RunBar />
            <View overview={overview} />
          </div>
        </div>
      </main>
    </div>
  );
};
