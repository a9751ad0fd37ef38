import { useId, useState } from 'react';
import type { ModelQuestion } from '../../electron/engine/contract/contract.js';
import { app, useApp } from '../state/store.js';
import type { OpenQuestion } from '../state/slices/models.js';
import { Button, Dialog, Select } from '../ui/ui.js';
import { words } from '../words.js';
import styles from './ModelQuestions.module.css';

/** Stands for names that the user types. */
const own = '';

const Question = ({ question, answer, onAnswer }: { readonly question: ModelQuestion; readonly answer: string; readonly onAnswer: (answer: string) => void }) => {
  const id = useId();
  const naming = question.key === 'classes';
  const options = naming && question.options.length > 0 ? [{ value: own, label: words.models.ownNames }, ...question.options] : question.options;
  const picked = question.options.find(({ value }) => value === answer)?.value;
  return (
    <div className={styles.question}>
      <label htmlFor={id} className={styles.label}>
        {question.question}
      </label>
      {options.length > 0 && (
        <Select label={question.question} value={picked ?? own} onChange={(value) => onAnswer(value === own ? '' : value)} options={options} className={styles.select} />
      )}
      {picked === undefined && (
        <textarea
          id={id}
          className={styles.input}
          rows={naming ? 4 : 1}
          placeholder={naming ? words.models.classesPlaceholder : undefined}
          value={answer}
          onChange={(event) => onAnswer(event.target.value)}
        />
      )}
    </div>
  );
};

/** What stands there first. Names are asked for unless a known list fits: numbers are the last resort. */
const first = ({ key, options: [option, ...others] }: ModelQuestion): string =>
  key === 'classes' && others.length === 0 ? own : (option?.value ?? own);

const Form = ({ open }: { readonly open: OpenQuestion }) => {
  const [answers, setAnswers] = useState<Readonly<Record<string, string>>>({});
  const [busy, setBusy] = useState(false);
  const all = Object.fromEntries(open.questions.map((question) => [question.key, answers[question.key] ?? first(question)]));
  const complete = Object.values(all).every((answer) => answer.trim() !== '');
  const { answerModel, dismissModelQuestion } = app.getState();
  const send = async (): Promise<void> => {
    setBusy(true);
    await answerModel(all);
    setBusy(false);
  };
  return (
    <Dialog
      open
      width="small"
      onOpenChange={(next) => {
        if (!next) dismissModelQuestion();
      }}
      title={words.models.questionsTitle(open.name)}
      description={words.models.questionsIntro}
      footer={
        <>
          <Button onClick={dismissModelQuestion}>{words.models.cancel}</Button>
          <Button variant="primary" busy={busy} disabled={!complete} onClick={() => void send()}>
            {words.models.answer}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        {open.questions.map((question) => (
          <Question
            key={question.key}
            question={question}
            answer={all[question.key] ?? ''}
            onAnswer={(answer) => setAnswers({ ...answers, [question.key]: answer })}
          />
        ))}
      </div>
    </Dialog>
  );
};

/** Asks what a model file does not say; nothing is guessed. */
export const ModelQuestions = () => {
  const open = useApp((state) => state.modelQuestion);
  return open === null ? null : <Form key={JSON.stringify(open)} open={open} />;
};
