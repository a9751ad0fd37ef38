import { spawnSync } from 'node:child_process';

const needed = ['torch', 'numpy', 'PIL', 'safetensors', 'onnx', 'pytest'];

/** The Python that VOVISION_PYTHON names, or the usual one. */
export const python = process.env['VOVISION_PYTHON'] ?? 'python3';

/** Why that Python cannot run the trainer; null where it can. */
export const noTrainer = ((): string | null => {
  const script = `import importlib.util as u; print([n for n in ${JSON.stringify(needed)} if u.find_spec(n) is None])`;
  const asked = spawnSync(python, ['-c', script], { encoding: 'utf8' });
  if (asked.status !== 0) return `${python} does not run; VOVISION_PYTHON names another`;
  return asked.stdout.trim() === '[]' ? null : `${python} lacks ${asked.stdout.trim()}; VOVISION_PYTHON names another`;
})();
