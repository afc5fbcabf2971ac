import { EditorState } from '@codemirror/state';
import { EditorView, placeholder } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { connection as text } from '../../text/connection';
import styles from './connection.module.css';
import type { EditorSession } from './session';
import { urlExtensions } from './urlEditor';
import { setInspection, setRevealed } from './urlEffects';

/** The string: an editor over the session's text, and the only writer of it besides the session's own edits. */
export function UrlString(props: {
  session: EditorSession;
  example: string;
  invalid: boolean;
  revealed: Readonly<Record<string, string>> | null;
  autoFocus: boolean;
}) {
  const { session, example, revealed, autoFocus } = props;
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView | null>(null);

  useEffect(() => {
    if (!host.current) return;
    const view = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: session.get().text,
        selection: { anchor: session.get().text.length },
        extensions: urlExtensions(
          text.string,
          (next) => session.setText(next),
          session.complete,
          placeholder(example),
        ),
      }),
    });
    editor.current = view;
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
    if (autoFocus) view.focus();
    return () => {
      stop();
      session.applyTo = null;
      view.destroy();
      editor.current = null;
    };
  }, [session, example, autoFocus]);

  useEffect(() => {
    editor.current?.dispatch({ effects: setRevealed.of(revealed) });
  }, [revealed]);

  return <div ref={host} className={styles.string} data-invalid={props.invalid || undefined} />;
}
