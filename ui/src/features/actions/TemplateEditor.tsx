import type { CompletionResult } from '@codemirror/autocomplete';
import { Compartment, EditorState } from '@codemirror/state';
import { EditorView, placeholder } from '@codemirror/view';
import { type Ref, useEffect, useId, useImperativeHandle, useRef } from 'react';
import { ErrorText } from '../../design/Field';
import primitives from '../../design/primitives.module.css';
import type { Place } from './completion';
import styles from './editor.module.css';
import { type Spans, setSpans, templateExtensions, visibleRange } from './templateEditor';

export interface TemplateHandle {
  /** Puts the focus there, and selects the place. */
  goTo: (start: number | null, end: number | null) => void;
}

interface Props {
  label: string;
  testId: string;
  path: string;
  value: string;
  sql: boolean;
  example: string;
  spans: Spans | null;
  invalid: boolean;
  error: string | undefined;
  help?: string;
  onChange: (text: string) => void;
  /** What may stand at a place of the text. */
  complete: (place: Place) => CompletionResult | null;
  ref?: Ref<TemplateHandle>;
}

const attributes = new Compartment();

function attributesOf({ invalid, path }: Props, describedBy: string) {
  return EditorView.contentAttributes.of({
    'data-path': path,
    // It takes the focus without this; said so that a checker sees that what scrolls can be scrolled by keys.
    tabindex: '0',
    'aria-describedby': describedBy,
    ...(invalid ? { 'aria-invalid': 'true' } : {}),
  });
}

/** As an element: of a text, CodeMirror makes an attribute that is read out as a value. */
function exampleOf(text: string) {
  return placeholder(() => {
    const shown = document.createElement('span');
    shown.textContent = text;
    return shown;
  });
}

export function TemplateEditor(props: Props) {
  const { value, spans, sql, invalid, error, help, ref } = props;
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
          exampleOf(first.example),
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
    if (spans) editor.current?.dispatch({ effects: setSpans.of(spans) });
  }, [spans]);

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
      <div ref={host} className={styles.code} data-invalid={invalid || undefined} />
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
