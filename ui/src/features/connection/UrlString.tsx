import { Compartment, EditorState } from '@codemirror/state';
import { EditorView, placeholder } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { connection as text } from '../../text/connection';
import styles from './connection.module.css';
import type { EditorSession } from './session';
import { listenForUndo } from './undoKeys';
import { urlExtensions } from './urlEditor';
import { setInspection, setRevealed } from './urlEffects';

/** What of the editor changes while it stands. */
const example = new Compartment();
const attributes = new Compartment();

interface UrlStringProps {
  session: EditorSession;
  example: string;
  invalid: boolean;
  revealed: Readonly<Record<string, string>> | null;
  autoFocus?: boolean;
  label?: string;
  testId?: string;
  /** Path of the field in the record: a form moves focus to the first faulty one by it. */
  path?: string;
  /** Id of what describes it: its problems. */
  describedBy?: string | undefined;
  onPaste?: () => void;
  onEnter?: () => void;
}

/** As an element: of a text, CodeMirror makes an attribute too, which a combobox must not have. */
function exampleOf(url: string) {
  return placeholder(() => {
    const shown = document.createElement('span');
    shown.textContent = url;
    return shown;
  });
}

function contentAttributes({ invalid, path, describedBy }: UrlStringProps) {
  return EditorView.contentAttributes.of({
    ...(invalid ? { 'aria-invalid': 'true' } : {}),
    ...(path ? { 'data-path': path } : {}),
    ...(describedBy ? { 'aria-describedby': describedBy } : {}),
  });
}

/** The string: an editor over the session's text, and the only writer of it besides the session's own edits. */
export function UrlString(props: UrlStringProps) {
  const { session, revealed, invalid, path, describedBy } = props;
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView | null>(null);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    if (!host.current) return;
    const first = latest.current;
    const view = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: session.get().text,
        selection: { anchor: session.get().text.length },
        extensions: [
          urlExtensions({
            label: first.label ?? text.string,
            testId: first.testId ?? 'url-string',
            complete: session.complete,
            onText: (next) => session.setText(next),
            onRepair: (changes) => session.repair(changes),
            onPaste: () => latest.current.onPaste?.(),
            onEnter: () => latest.current.onEnter?.(),
          }),
          example.of(exampleOf(first.example)),
          attributes.of(contentAttributes(first)),
        ],
      }),
    });
    // It is of a text box; CodeMirror sets it once and has no way to leave it out.
    view.contentDOM.removeAttribute('aria-multiline');
    editor.current = view;
    const stopUndo = listenForUndo(host.current, session);
    session.applyTo = (changes) =>
      view.dispatch({
        changes: changes.map(({ start, end, insert }) => ({ from: start, to: end, insert })),
        userEvent: 'input.form',
      });
    const showInspection = () => {
      const { inspection, inspected } = session.get();
      if (inspection && inspected === view.state.doc.toString())
        view.dispatch({ effects: setInspection.of(inspection) });
    };
    let shown = session.get().inspection;
    const stop = session.subscribe(() => {
      const { inspection } = session.get();
      if (inspection === shown) return;
      shown = inspection;
      showInspection();
    });
    showInspection();
    if (first.autoFocus) view.focus();
    return () => {
      stop();
      stopUndo();
      session.applyTo = null;
      view.destroy();
      editor.current = null;
    };
  }, [session]);

  useEffect(() => {
    editor.current?.dispatch({ effects: setRevealed.of(revealed) });
  }, [revealed]);

  useEffect(() => {
    editor.current?.dispatch({ effects: example.reconfigure(exampleOf(props.example)) });
  }, [props.example]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: these are the props that it reads
  useEffect(() => {
    editor.current?.dispatch({ effects: attributes.reconfigure(contentAttributes(latest.current)) });
  }, [invalid, path, describedBy]);

  return <div ref={host} className={styles.string} data-invalid={invalid || undefined} />;
}
