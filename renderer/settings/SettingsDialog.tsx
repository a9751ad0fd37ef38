import type { ReactNode } from 'react';
import { Monitor, Moon, Sun } from 'lucide-react';
import { codecs } from '../../electron/engine/contract/contract.js';
import { app, useApp } from '../state/store.js';
import { Button, Dialog, Field, Segmented, Select, Slider, Switch } from '../ui/ui.js';
import { score } from '../ui/format.js';
import { words } from '../words.js';
import styles from './Settings.module.css';

const say = words.settings;

const Group = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <section className={styles.group}>
    <h3 className={styles.heading}>{title}</h3>
    {children}
  </section>
);

/** How the program looks and what it begins with. Every change acts at once and is remembered. */
export const SettingsDialog = () => {
  const open = useApp((state) => state.dialog === 'settings');
  const theme = useApp((state) => state.theme);
  const mode = useApp((state) => state.mode);
  const minScore = useApp((state) => state.filter.minScore);
  const look = useApp((state) => state.exportLook);
  const version = useApp((state) => state.hello?.version ?? '');
  const { setTheme, setMode, setMinScore, setExportLook, closeDialog } = app.getState();
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        if (!next) closeDialog();
      }}
      title={say.title}
      footer={
        <>
          <span className={styles.about}>
            {say.version(version)} · {say.privacy}
          </span>
          <Button onClick={closeDialog}>{say.done}</Button>
        </>
      }
    >
      <Group title={say.look}>
        <Field label={say.theme}>
          <Segmented
            label={say.theme}
            value={theme}
            onChange={setTheme}
            options={[
              { value: 'dark', label: say.dark, icon: <Moon size={14} /> },
              { value: 'light', label: say.light, icon: <Sun size={14} /> },
              { value: 'system', label: say.system, icon: <Monitor size={14} /> },
            ]}
          />
        </Field>
      </Group>
      <Group title={say.analysis}>
        <Field label={say.mode} hint={mode === 'every-frame' ? say.everyFrameMeaning : say.keepUpMeaning}>
          <Segmented
            label={say.mode}
            value={mode}
            onChange={setMode}
            options={[
              { value: 'every-frame', label: say.everyFrame },
              { value: 'keep-up', label: say.keepUp },
            ]}
          />
        </Field>
        <Field label={say.confidence} hint={say.confidenceMeaning}>
          <div className={styles.slider}>
            <Slider label={say.confidence} value={minScore} onChange={setMinScore} valueText={score(minScore)} />
            <span className={styles.score}>{score(minScore)}</span>
          </div>
        </Field>
      </Group>
      <Group title={say.export}>
        <Field label={say.format} hint={words.export.codecHints[look.codec]}>
          <Select
            label={say.format}
            value={look.codec}
            onChange={(codec) => setExportLook({ codec })}
            options={codecs.map((codec) => ({ value: codec, label: words.export.codecs[codec] }))}
          />
        </Field>
        <Field label={words.export.labels} control="settings-labels">
          <Switch id="settings-labels" checked={look.labels} onChange={(labels) => setExportLook({ labels })} />
        </Field>
        <Field label={words.export.scores} hint={words.export.scoresNeedLabels} control="settings-scores">
          <Switch id="settings-scores" checked={look.labels && look.scores} disabled={!look.labels} onChange={(scores) => setExportLook({ scores })} />
        </Field>
      </Group>
    </Dialog>
  );
};
