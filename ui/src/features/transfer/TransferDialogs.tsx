import { useState } from 'react';
import { announce } from '../../app/changes';
import { useBootstrap, useProductId } from '../../app/queries';
import type { ImportStep } from '../../bindings/ImportStep';
import { Field } from '../../design/Field';
import { FormDialog } from '../../design/FormDialog';
import { useSubmit } from '../../design/forms';
import { Badge, Notice } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { ago, plain } from '../../design/text';
import { say } from '../../design/toasts';
import { type ImportPreview, platform } from '../../platform';
import { fieldName } from '../../text/fields';
import { transfer as text } from '../../text/settings';
import styles from './Transfer.module.css';

export function ExportDialog({ onClose }: { onClose: () => void }) {
  const productId = useProductId();
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const sending = useSubmit();
  const { submit, faults, setFaults } = sending;
  const send = () => {
    if (passphrase !== again) return setFaults({ again: text.differs });
    if (productId === null) return;
    return void submit(async () => {
      const path = await platform.exportSave(productId, passphrase || null);
      if (path === null) return;
      onClose();
      say({ text: text.exported(path) });
    });
  };
  return (
    <FormDialog
      title={text.exportTitle}
      lead={text.exportLead}
      onClose={onClose}
      keepOnOutsideClick
      sending={sending}
      onSubmit={send}
      action={text.exportSubmit}
      actionId="export-save"
      gap={3}
    >
      <Passphrase
        value={passphrase}
        onChange={setPassphrase}
        help={text.exportPassphraseHelp}
        error={faults.passphrase}
      />
      {passphrase ? (
        <Field
          label={text.passphraseAgain}
          type="password"
          value={again}
          onChange={setAgain}
          error={faults.again}
          path="again"
          testId="passphrase-again"
        />
      ) : null}
    </FormDialog>
  );
}

function Passphrase(props: {
  value: string;
  onChange: (value: string) => void;
  help: string;
  error: string | undefined;
}) {
  return (
    <Field
      {...props}
      label={text.passphrase}
      optional
      type="password"
      path="passphrase"
      testId="passphrase"
      autoFocus
    />
  );
}

/** Given: the name of a file that the system opened this program with. Any other is chosen when the form is sent. */
export function ImportDialog({ given, onClose }: { given?: string | undefined; onClose: () => void }) {
  const [passphrase, setPassphrase] = useState('');
  const [preview, setPreview] = useState<ImportPreview | null>(null);
  const bootstrap = useBootstrap();
  const sending = useSubmit();
  const { submit, faults } = sending;
  const send = () =>
    void submit(async () => {
      if (preview === null) {
        setPreview(await platform.importOpen(passphrase || null, given !== undefined));
        return;
      }
      const changes = preview.view.steps.filter((step) => step.change !== 'same').length;
      await platform.importApply(preview.token);
      onClose();
      await bootstrap.refetch();
      await announce(text.imported(changes), null);
    });
  return (
    <FormDialog
      title={given === undefined ? text.importTitle : text.importGiven(plain(given))}
      lead={text.importLead}
      onClose={onClose}
      wide={preview !== null}
      keepOnOutsideClick
      sending={sending}
      onSubmit={send}
      action={preview ? text.apply : given === undefined ? text.importSubmit : text.importGivenSubmit}
      actionId={preview ? 'import-apply' : 'import-open'}
      gap={3}
    >
      {preview ? (
        <Preview preview={preview} />
      ) : (
        <Passphrase
          value={passphrase}
          onChange={setPassphrase}
          help={text.importPassphraseHelp}
          error={faults.passphrase}
        />
      )}
    </FormDialog>
  );
}

function value(given: unknown): string {
  if (given === null || given === undefined) return '–';
  return plain(typeof given === 'string' ? given : JSON.stringify(given));
}

/** What an import would do, record by record. */
export function Preview({ preview: { view } }: { preview: Pick<ImportPreview, 'view'> }) {
  const changes = view.steps.filter((step: ImportStep) => step.change !== 'same');
  return (
    <>
      {view.warnings.length > 0 ? (
        <Notice tone="warn">
          <ul>
            {view.warnings.map((warning) => (
              <li key={warning}>{plain(warning)}</li>
            ))}
          </ul>
        </Notice>
      ) : null}
      {view.secrets > 0 ? <p>{text.secrets(view.secrets)}</p> : null}
      {view.bases.map((base) => (
        <p key={base.product} className={primitives.faint}>
          {text.base(plain(base.product), ago(base.at, Date.now()), base.named)}
        </p>
      ))}
      {view.bases.length === 0 && changes.some((step) => step.change === 'change') ? (
        <p className={primitives.faint}>{text.noBase}</p>
      ) : null}
      {changes.length === 0 ? (
        <p>{text.nothing}</p>
      ) : (
        <ul className={styles.steps} aria-label={text.preview}>
          {changes.map((step) => (
            <li key={`${step.subject} ${step.address}`} className={styles.step}>
              <span className={primitives.row}>
                <Badge>{text.changes[step.change] ?? plain(step.change)}</Badge>
                <span>{text.subjects[step.subject] ?? plain(step.subject)}</span>
                <code>{plain(step.address)}</code>
                {step.change === 'add' && step.side === 'here' ? (
                  <span className={styles.since}>{text.deletedHere}</span>
                ) : null}
                {step.change === 'keep' && step.side === 'file' ? (
                  <span className={primitives.faint}>{text.leftOut}</span>
                ) : null}
              </span>
              {step.fields.map((field) => (
                <span key={field.field} className={styles.field}>
                  <span className={primitives.faint}>{plain(fieldName(field.field))}</span>
                  <span className={styles.values} data-selectable>
                    <del>{value(field.before)}</del> <ins>{value(field.after)}</ins>
                    {field.side === 'here' || field.side === 'both' ? (
                      <span className={styles.since}>
                        {field.side === 'here' ? text.takesBack : text.overwrites}
                      </span>
                    ) : null}
                  </span>
                </span>
              ))}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
