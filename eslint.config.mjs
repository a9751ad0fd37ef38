import tseslint from 'typescript-eslint';
import importX, { createNodeResolver } from 'eslint-plugin-import-x';
import reactHooks from 'eslint-plugin-react-hooks';

/** Who may import whom; see docs/architecture.md. `target` may not import `from` (except `except`). */
const zones = [
  { target: './models', from: ['./electron', './renderer'], message: 'models/ imports nothing of ours.' },
  { target: './renderer', from: './electron', except: ['./engine/contract'], message: 'The page knows the contract only.' },
  { target: './electron/engine', from: ['./electron/host', './electron/cli', './renderer'], message: 'The engine knows no host.' },
  { target: './electron/engine/contract', from: ['./electron/engine', './models'], except: ['./contract'], message: 'The contract stands alone.' },
  { target: './electron/host', from: ['./renderer', './electron/cli'], message: 'The host knows engine and contract.' },
];

export default tseslint.config(
  { ignores: ['out/**', 'dist/**', 'node_modules/**', 'models/onnx/generated/**', '.cache/**', 'shared/**'] },
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ['**/*.{ts,tsx}'] })),
  {
    files: ['**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX, 'react-hooks': reactHooks },
    settings: {
      'import-x/resolver-next': [
        createNodeResolver({ extensions: ['.ts', '.tsx', '.js'], extensionAlias: { '.js': ['.ts', '.tsx', '.js'] } }),
      ],
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones, basePath: import.meta.dirname }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/no-invalid-void-type': 'off',
      'max-lines': ['error', { max: 350 }],
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      'no-restricted-imports': ['error', { paths: [{ name: 'electron', message: 'Only electron/*.ts, the shell, imports electron.' }] }],
      curly: ['error', 'multi-line'],
      eqeqeq: 'error',
    },
  },
  { files: ['electron/*.ts', 'electron/shell/**/*.ts', 'tests/e2e/**/*.ts'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['tests/**/*.ts'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
);
