import { useEffect, useState } from 'react';
import { engineOf, useEngines, useMatrix } from '../../app/queries';
import type { ConfigView } from '../../bindings/ConfigView';
import type { DatabaseView } from '../../bindings/DatabaseView';
import type { EngineInfo } from '../../bindings/EngineInfo';
import type { UrlFormatted } from '../../bindings/UrlFormatted';
import { Button } from '../../design/Button';
import { Dialog } from '../../design/Dialog';
import { Select } from '../../design/Field';
import { Notice } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { plain } from '../../design/text';
import { say } from '../../design/toasts';
import { asAppError, platform } from '../../platform';
import { common } from '../../text/common';
import { copyAs as text } from '../../text/connection';
import { errorText } from '../../text/errors';
import { clipboardSeconds } from '../matrix/deeds';
import styles from './compare.module.css';
import { unsavedText } from './sessions';

/** A connection in the form in which it is needed: a command line, a line of a file, a piece of code. */
export function CopyAs(props: { databaseId: string; slug: string; onClose: () => void }) {
  const database = useMatrix().data?.databases.find((candidate) => candidate.id === props.databaseId);
  const engine = engineOf(useEngines(), database?.type ?? '');
  const config = database?.envs.find((candidate) => candidate.slug === props.slug);
  return database && config && engine ? (
    <CopyAsDialog database={database} config={config} engine={engine} onClose={props.onClose} />
  ) : null;
}

function CopyAsDialog({
  database,
  config,
  engine,
  onClose,
}: {
  database: DatabaseView;
  config: ConfigView;
  engine: EngineInfo;
  onClose: () => void;
}) {
  const [id, setId] = useState(engine.formats[0]?.id ?? 'url');
  const [shown, setShown] = useState<UrlFormatted | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const format = engine.formats.find((candidate) => candidate.id === id);
  useEffect(() => {
    let current = true;
    setFailure(null);
    platform
      .urlFormat(config.id, null, id)
      .then((formatted) => {
        if (current) setShown(formatted);
      })
      .catch((thrown) => {
        if (!current) return;
        setShown(null);
        setFailure(errorText(asAppError(thrown)));
      });
    return () => {
      current = false;
    };
  }, [config.id, id]);
  const copy = async (withSecrets: boolean) => {
    try {
      await platform.urlFormatCopy(config.id, id, withSecrets);
      onClose();
      const form = plain(format?.label ?? id);
      say({ text: withSecrets ? text.copiedReal(form, clipboardSeconds()) : text.copied(form) });
    } catch (thrown) {
      setFailure(errorText(asAppError(thrown)));
    }
  };
  return (
    <Dialog
      title={text.title(plain(database.name), config.slug)}
      lead={text.lead}
      onClose={onClose}
      wide
      testId="copy-as-dialog"
    >
      <div className={primitives.dialogBody}>
        <Select
          label={text.form}
          value={id}
          choices={engine.formats.map((candidate) => ({ id: candidate.id, label: candidate.label }))}
          onChange={setId}
          testId="copy-as-format"
        />
        {unsavedText(database.id, config.slug) === null ? null : <Notice tone="warn">{text.unsaved}</Notice>}
        {failure ? (
          <Notice tone="error" role="alert">
            {failure}
          </Notice>
        ) : null}
        {shown ? (
          <>
            <pre className={styles.formatted} data-testid="copy-as-text" data-selectable>
              {plain(shown.text)}
            </pre>
            {shown.notes.map((note) => (
              <p key={note} className={primitives.help}>
                {plain(note)}
              </p>
            ))}
          </>
        ) : null}
      </div>
      <div className={primitives.dialogFoot}>
        <Button onPress={onClose}>{common.cancel}</Button>
        {format?.can_hold_secrets && config.needs_secret ? (
          <Button onPress={() => void copy(true)} data-testid="copy-as-real">
            {text.copyReal}
          </Button>
        ) : null}
        <Button look="primary" onPress={() => void copy(false)} isDisabled={!shown} data-testid="copy-as">
          {text.copy}
        </Button>
      </div>
    </Dialog>
  );
}
