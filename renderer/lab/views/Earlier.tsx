import type { LabOverview, LabResult } from '../../../electron/engine/contract/contract.js';
import { app, useApp } from '../../state/store.js';
import { Select } from '../../ui/ui.js';
import { words } from '../../words.js';
import { momentOf } from './ResultHead.js';

const say = words.lab;

/** Another kept comparison to hold this one against. */
export const Earlier = ({ overview, result }: { readonly overview: LabOverview; readonly result: LabResult }) => {
  const chosen = useApp((now) => now.labEarlier);
  const others = overview.kept.filter(({ id, kind }) => kind === 'compare' && id !== result.id);
  if (others.length === 0) return null;
  const value = others.some(({ id }) => id === chosen) ? (chosen ?? '') : '';
  return (
    <Select
      size="small" label={say.earlier} value={value} onChange={(id) => app.getState().setLabEarlier(id === '' ? null : id)}
      options={[
        { value: '', label: say.earlierNone },
        ...others.map(({ id, at, provider, machine }) => ({
          value: id, label: `${momentOf(at)} · ${words.models.providers[provider]}`, ...(machine.key !== overview.machine.key && { detail: machine.processor }),
        })),
      ]}
    />
  );
};
