import { useState } from 'react';
import { ChevronDown, Info, List, Plus, Zap } from 'lucide-react';
import type { ModelInfo } from '../../electron/engine/contract/contract.js';
import { app, useApp } from '../state/store.js';
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from '../ui/ui.js';
import { words } from '../words.js';
import { originOf, sizeFacts } from './facts.js';
import { ModelCard } from './ModelCard.js';
import { ModelQuestions } from './ModelQuestions.js';
import styles from './Chooser.module.css';

const detailOf = (model: ModelInfo, usual: string | null): string =>
  [
    ...(model.id === usual ? [words.models.usual] : []),
    ...sizeFacts(model),
    ...(model.shipped ? [] : [originOf(model)]),
  ].join(' · ');

/** The model in the header: what there is, what one more would be, what the chosen one is. */
export const ModelChooser = () => {
  const models = useApp((state) => state.models);
  const modelId = useApp((state) => state.modelId);
  const usual = useApp((state) => state.modelUsual);
  const open = useApp((state) => state.dialog === 'models');
  const [card, setCard] = useState(false);
  const chosen = models.find((model) => model.id === modelId) ?? null;
  const { openDialog, closeDialog, chooseModel, addModel, openFaster } = app.getState();
  return (
    <>
      <Menu
        align="end"
        open={open}
        onOpenChange={(next) => {
          if (next) openDialog('models');
          // One of its items may have opened a dialog in its place.
          else if (app.getState().dialog === 'models') closeDialog();
        }}
        className={styles.menu}
        trigger={
          <button type="button" className={styles.trigger} data-key-target="model" aria-label={`${words.models.chooseModel}: ${chosen?.name ?? words.models.noModel}`}>
            <span className={styles.name}>{chosen?.name ?? words.models.noModel}</span>
            <ChevronDown size={14} className={styles.chevron} />
          </button>
        }
      >
        <MenuLabel>{words.models.models}</MenuLabel>
        <MenuChoice
          value={modelId ?? ''}
          onChange={chooseModel}
          options={models.map((model) => ({ value: model.id, label: model.name, detail: detailOf(model, usual) }))}
        />
        <MenuSeparator />
        <MenuItem icon={<Plus size={14} />} onSelect={() => void addModel()}>
          {words.models.add}
        </MenuItem>
        <MenuItem icon={<Zap size={14} />} disabled={chosen === null} onSelect={() => { if (chosen !== null) openFaster(chosen.id); }}>
          {words.faster.action}
        </MenuItem>
        <MenuItem icon={<List size={14} />} onSelect={() => openDialog('allModels')}>
          {words.models.list.action}
        </MenuItem>
        <MenuItem icon={<Info size={14} />} disabled={chosen === null} onSelect={() => setCard(true)}>
          {words.models.details}
        </MenuItem>
      </Menu>
      {chosen !== null && <ModelCard model={chosen} open={card} onOpenChange={setCard} />}
      <ModelQuestions />
    </>
  );
};
