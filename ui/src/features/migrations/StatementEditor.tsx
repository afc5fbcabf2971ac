import type { CompletionResult } from '@codemirror/autocomplete';
import { Compartment, EditorState } from '@codemirror/state';
import { EditorView, placeholder } from '@codemirror/view';
import { type Ref, useEffect, useId, useImperativeHandle, useRef } from 'react';
import type { MigrationFault } from '../../bindings/MigrationFault';
import { ErrorText } from '../../design/Field';
import primitives from '../../design/primitives.module.css';
import type { Place } from '../actions/completion';
import code from '../actions/editor.module.css';
import { setSpans, templateExtensions, visibleRange } from '../actions/templateEditor';
import { type Statements, setStatements, statementExtensions } from './statementEditor';

export interface StatementHandle {
  /** Puts the focus there, and selects the place. */
  goTo: (start: number | null, end: number | null) => void;
}

export interface SideReading extends Statements {
  faults: Pick<MigrationFault, 'start' | 'end' | 'message'>[];
}

interface Props {
  label: string;
  testId: string;
  path: string;
  value: string;
  sql: boolean;
  example: string;
  reading: SideReading | null;
  invalid: boolean;
  error: string | undefined;
  help?: string;
  onChange: (text: string) => void;
  complete: (place: Place) => CompletionResult | null;
  ref?: Ref<StatementHandle>;
}

const attributes = new Compartment();

function attributesOf({ invalid, path }: Props, describedBy: string) {
  return EditorView.contentAttributes.of({
    'data-path': path,
    'aria-describedby': describedBy,
    ...(invalid ? { 'aria-invalid': 'true' } : {}),
  });
}

export function StatementEditor(props: Props) {
  const { value, reading, sql, invalid, error, help, ref } = props;
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView | null>(null);
  const latest = useRef(props);
  const notes = useId();
  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    if (!host.current) return;
    const first = latest.current;
    const view = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: first.value,
        extensions: [
          templateExtensions({
            label: first.label,
            testId: first.testId,
            sql,
            onText: (text) => latest.current.onChange(text),
            complete: (place) => latest.current.complete(place),
          }),
          statementExtensions,
          placeholder(() => {
            const shown = document.createElement('span');
            shown.textContent = first.example;
            return shown;
          }),
          attributes.of(attributesOf(first, notes)),
        ],
      }),
    });
    editor.current = view;
    return () => {
      view.destroy();
      editor.current = null;
    };
  }, [sql, notes]);

  // Discarded, or saved and written anew: the text is another one without a key pressed.
  useEffect(() => {
    const view = editor.current;
    if (!view || view.state.doc.toString() === value) return;
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    if (!reading) return;
    editor.current?.dispatch({
      effects: [
        setSpans.of({ of: reading.of, placeholders: [], faults: reading.faults }),
        setStatements.of(reading),
      ],
    });
  }, [reading]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: these are the props that it reads
  useEffect(() => {
    editor.current?.dispatch({ effects: attributes.reconfigure(attributesOf(latest.current, notes)) });
  }, [invalid, notes]);

  useImperativeHandle(ref, () => ({
    goTo(start, end) {
      const view = editor.current;
      if (!view) return;
      view.focus();
      const range = start === null ? null : visibleRange(start, end ?? start, view.state.doc.length);
      if (range) view.dispatch({ selection: { anchor: range.from, head: range.to }, scrollIntoView: true });
    },
  }));

  return (
    <div className={primitives.field}>
      <span className={primitives.label} aria-hidden="true">
        {props.label}
      </span>
      <div ref={host} className={code.code} data-invalid={invalid || undefined} />
      <div id={notes}>
        {error === undefined ? (
          help ? (
            <span className={primitives.help}>{help}</span>
          ) : null
        ) : (
          <ErrorText>{error}</ErrorText>
        )}
      </div>
    </div>
  );
}
