import { useId, useState } from 'react';
import { Film } from 'lucide-react';
import type { ModelInfo, ProviderId, Token } from '../../../electron/engine/contract/contract.js';
import { app, useApp } from '../../state/store.js';
import { providerName } from '../providers.js';
import { Banner, Button, Checkbox, Dialog, Field, Select } from '../../ui/ui.js';
import { length } from '../../ui/format.js';
import { words } from '../../words.js';
import styles from './Faster.module.css';

const say = words.faster;

/** So many videos at most give pictures. */
const mostVideos = 64;

type Source = { readonly id: Token; readonly name: string; readonly detail: string; readonly sample: boolean };

/** What can be learnt from: what is open, and the sample. */
const useSources = (): readonly Source[] => {
  const queue = useApp((state) => state.queue);
  const sample = useApp((state) => state.fasterSample);
  const open = queue.map(({ video }): Source => ({ id: video.token, name: video.name, detail: video.duration === null ? '' : length(video.duration), sample: false }));
  const isOpen = open.some(({ id }) => id === sample?.token);
  return sample === null || isOpen ? open : [...open, { id: sample.token, name: say.sample, detail: say.sampleDetail, sample: true }];
};

const SourceRow = ({ source, checked, onChange }: { readonly source: Source; readonly checked: boolean; readonly onChange: (checked: boolean) => void }) => {
  const id = useId();
  return (
    <li>
      <label className={styles.source} htmlFor={id}>
        <Checkbox id={id} checked={checked} onChange={onChange} />
        <Film size={14} className={styles.film} />
        <span className={styles.sourceName}>{source.name}</span>
        <span className={styles.sourceDetail}>{source.detail}</span>
      </label>
    </li>
  );
};

/** Asks what to learn from and what to try it on. */
export const FasterSetup = ({ model, onOpenChange }: { readonly model: ModelInfo; readonly onOpenChange: (open: boolean) => void }) => {
  const sources = useSources();
  const starting = useApp((state) => state.fasterStarting);
  const error = useApp((state) => state.fasterError);
  const providers = useApp((state) => state.providers);
  const asked = useApp((state) => state.providerAsked);
  const [provider, setProvider] = useState<ProviderId | 'auto'>(asked);
  const [touched, setTouched] = useState<ReadonlyMap<string, boolean>>(new Map());
  const heading = useId();
  // Whatever is open, unless the user says otherwise; the sample where nothing is.
  const isChosen = ({ id, sample }: Source, n: number): boolean => touched.get(id) ?? (sample ? sources.length === 1 : n < mostVideos);
  const chosen = sources.filter(isChosen).slice(0, mostVideos);
  const known = providers.filter(({ state }) => state === 'ready').map(({ id }) => id);
  const offered = [...new Set<ProviderId>([...known, ...(provider === 'auto' ? [] : [provider])])];
  const start = (): void => {
    void app.getState().startFaster({ model: model.id, videos: chosen.map(({ id }) => id), provider });
  };
  return (
    <Dialog
      open
      title={say.title(model.name)}
      description={say.description}
      onOpenChange={onOpenChange}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>{say.cancel}</Button>
          <Button variant="primary" busy={starting} disabled={chosen.length === 0 || model.made !== null} onClick={start}>{say.start}</Button>
        </>
      }
    >
      <div className={styles.parts}>
        {error !== null && <Banner tone="error" title={error.message}>{error.hint}</Banner>}
        {model.made !== null && <Banner tone="info" title={say.already(say.forms[model.made.to])}>{say.alreadyDetail(model.made.from)}</Banner>}
        <section>
          <h3 className={styles.heading} id={heading}>{say.learnFrom}</h3>
          <ul className={styles.sources} aria-labelledby={heading}>
            {sources.map((source, n) => (
              <SourceRow key={source.id} source={source} checked={isChosen(source, n)} onChange={(checked) => setTouched(new Map([...touched, [source.id, checked]]))} />
            ))}
          </ul>
          <p className={styles.hint}>{say.learnHint}</p>
        </section>
        <Field label={say.runsOn} hint={provider === 'auto' ? say.autoHint : say.oneHint}>
          <Select<ProviderId | 'auto'>
            label={say.runsOn}
            value={provider}
            onChange={setProvider}
            options={[{ value: 'auto', label: say.auto }, ...offered.map((id) => ({ value: id, label: providerName(id, providers) }))]}
          />
        </Field>
      </div>
    </Dialog>
  );
};
