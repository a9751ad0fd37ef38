import { codecs, type CodecId } from '../../electron/engine/contract/contract.js';
import { app, useApp } from '../state/store.js';
import { Field, Segmented, Select, Switch } from '../ui/ui.js';
import { score } from '../ui/format.js';
import { timecode } from '../player/timecode.js';
import { words } from '../words.js';
import styles from './Export.module.css';

const say = words.export;

export type ExportOptionsFormProps = { readonly whole: boolean; readonly marked: boolean; readonly onWhole: (whole: boolean) => void };

/** The choices of an export. What is shown on the picture (confidence, classes) is set there and only told here. */
export const ExportOptionsForm = ({ whole, marked, onWhole }: ExportOptionsFormProps) => {
  const look = useApp((state) => state.exportLook);
  const markIn = useApp((state) => state.markIn);
  const markOut = useApp((state) => state.markOut);
  const end = useApp((state) => state.end);
  const filter = useApp((state) => state.filter);
  const classes = useApp((state) => state.run?.model.classes.length ?? 0);
  const { setExportLook } = app.getState();
  const shown = classes - filter.hiddenClasses.length;
  return (
    <div className={styles.form}>
      <div className={styles.stack}>
        <span className={styles.label}>{say.range}</span>
        <Segmented
          label={say.range}
          value={whole ? 'whole' : 'marked'}
          onChange={(next) => onWhole(next === 'whole')}
          options={[
            { value: 'whole', label: say.whole },
            { value: 'marked', label: say.marked, disabled: !marked },
          ]}
        />
        <span className={styles.hint}>{marked ? `${timecode(whole ? 0 : (markIn ?? 0))} – ${timecode(whole ? end : (markOut ?? end))}` : say.noMarks}</span>
      </div>
      <div className={styles.stack}>
        <span className={styles.label}>{say.codec}</span>
        <Select<CodecId>
          label={say.codec}
          value={look.codec}
          onChange={(codec) => setExportLook({ codec })}
          options={codecs.map((codec) => ({ value: codec, label: say.codecs[codec], detail: say.codecHints[codec] }))}
        />
        <span className={styles.hint}>{say.codecHints[look.codec]}</span>
      </div>
      <div>
        <Field label={say.labels} control="export-labels">
          <Switch id="export-labels" checked={look.labels} onChange={(labels) => setExportLook({ labels })} />
        </Field>
        <Field label={say.scores} control="export-scores">
          <Switch id="export-scores" checked={look.labels && look.scores} disabled={!look.labels} onChange={(scores) => setExportLook({ scores })} />
        </Field>
        <Field label={say.confidence}>
          <span>{words.classes.confidenceValue(score(filter.minScore))}</span>
        </Field>
        <Field label={say.classesShown}>
          <span>{filter.hiddenClasses.length === 0 ? say.classesAll(classes) : say.classesSome(shown, classes)}</span>
        </Field>
      </div>
    </div>
  );
};
