import { Plus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { announce } from '../../app/changes';
import { chooseProduct, goTo } from '../../app/navigation';
import { refreshCatalog, useBootstrap } from '../../app/queries';
import type { EnvironmentClassView } from '../../bindings/EnvironmentClassView';
import { Button } from '../../design/Button';
import { DialogForm } from '../../design/Dialog';
import { Checkbox, Field, Select } from '../../design/Field';
import { useSubmit } from '../../design/forms';
import { Icon } from '../../design/Icon';
import { Notice } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { platform } from '../../platform';
import { common } from '../../text/common';
import { environments as environmentText, products as text } from '../../text/products';
import styles from './Environments.module.css';
import { guessClass, suggestSlug, suggestTag } from './naming';

interface Row {
  key: number;
  wanted: boolean;
  name: string;
  slug: string;
  slugTouched: boolean;
  class: EnvironmentClassView;
  classTouched: boolean;
}

const CLASSES: { id: EnvironmentClassView; label: string }[] = [
  { id: 'development', label: 'development' },
  { id: 'staging', label: 'staging' },
  { id: 'production', label: 'production' },
];

const PRESET: Row[] = [
  {
    key: 1,
    wanted: true,
    name: 'Development',
    slug: 'dev',
    slugTouched: false,
    class: 'development',
    classTouched: false,
  },
  {
    key: 2,
    wanted: true,
    name: 'Staging',
    slug: 'stg',
    slugTouched: false,
    class: 'staging',
    classTouched: false,
  },
  {
    key: 3,
    wanted: true,
    name: 'Production',
    slug: 'prd',
    slugTouched: false,
    class: 'production',
    classTouched: false,
  },
];

/** Creates a product with its environments: on the first start in the page, later in a dialog. */
export function ProductForm({ onDone, onCancel }: { onDone: () => void; onCancel?: () => void }) {
  const [name, setName] = useState('');
  const [tag, setTag] = useState<string | null>(null);
  const [rows, setRows] = useState(PRESET);
  const { submit, faults, general, busy, form, setFaults } = useSubmit();
  const { refetch } = useBootstrap();
  const shownTag = tag ?? suggestTag(name);
  const wanted = rows.filter((row) => row.wanted);

  const change = (key: number, patch: Partial<Row>) => {
    setRows(
      rows.map((row) => {
        if (row.key !== key) return row;
        const next = { ...row, ...patch };
        if (patch.name !== undefined && !next.slugTouched) next.slug = suggestSlug(patch.name);
        if (!next.classTouched) next.class = guessClass(next.slug);
        return next;
      }),
    );
  };

  const send = () => {
    if (name.trim() === '') return setFaults({ name: text.nameRequired });
    if (wanted.length === 0) return setFaults({ environments: text.environmentRequired });
    return void submit(async () => {
      const { record, activity_id, hints } = await platform.productCreate({
        name: name.trim(),
        tag: shownTag,
        environments: wanted.map((row) => ({
          env_name: row.name.trim(),
          slug: row.slug,
          class: row.class,
          active: true,
        })),
      });
      await refreshCatalog();
      await refetch();
      chooseProduct(record.id);
      goTo('matrix');
      onDone();
      await announce(text.created(record.name), activity_id, hints);
    });
  };

  const actions: ReactNode = (
    <>
      {onCancel ? <Button onPress={onCancel}>{common.cancel}</Button> : null}
      <Button look="primary" type="submit" isDisabled={busy} data-testid="product-create">
        {text.submit}
      </Button>
    </>
  );

  return (
    <DialogForm onSubmit={send} actions={actions}>
      <div ref={form} className={styles.rows}>
        {general ? (
          <Notice tone="error" role="alert">
            {general}
          </Notice>
        ) : null}
        <div className={primitives.pair}>
          <Field
            label={common.name}
            value={name}
            onChange={setName}
            error={faults.name}
            path="name"
            testId="product-name"
            autoFocus
            placeholder="Shop"
          />
          <Field
            label={common.tag}
            value={shownTag}
            onChange={setTag}
            error={faults.tag}
            path="tag"
            testId="product-tag"
            mono
            help={text.tagHelp}
            placeholder="shop"
          />
        </div>
        <fieldset>
          <legend className={primitives.label}>{text.environments}</legend>
          <div className={styles.rows}>
            {rows.map((row) => {
              const index = wanted.indexOf(row);
              const path = `environments[${index}]`;
              return (
                <div key={row.key} className={styles.row} data-testid={`env-row-${row.slug}`}>
                  <Checkbox
                    isSelected={row.wanted}
                    onChange={(selected) => change(row.key, { wanted: selected })}
                    label={row.name || environmentText.name}
                    testId={`env-wanted-${row.slug}`}
                  >
                    {null}
                  </Checkbox>
                  <Field
                    label={environmentText.name}
                    hideLabel
                    value={row.name}
                    onChange={(value) => change(row.key, { name: value })}
                    isDisabled={!row.wanted}
                    error={row.wanted ? faults[`${path}.env_name`] : undefined}
                    path={`${path}.env_name`}
                    placeholder={environmentText.name}
                  />
                  <Field
                    label={environmentText.slug}
                    hideLabel
                    mono
                    value={row.slug}
                    onChange={(value) => change(row.key, { slug: value, slugTouched: true })}
                    isDisabled={!row.wanted}
                    error={row.wanted ? faults[`${path}.slug`] : undefined}
                    path={`${path}.slug`}
                    placeholder="dev"
                  />
                  <Select
                    label={environmentText.className}
                    hideLabel
                    value={row.class}
                    choices={CLASSES}
                    isDisabled={!row.wanted}
                    onChange={(value) =>
                      change(row.key, { class: value as EnvironmentClassView, classTouched: true })
                    }
                  />
                </div>
              );
            })}
            {faults.environments ? <Notice tone="error">{faults.environments}</Notice> : null}
            <div className={primitives.row}>
              <Button
                small
                look="quiet"
                data-testid="env-row-add"
                onPress={() =>
                  setRows([
                    ...rows,
                    {
                      key: Math.max(...rows.map((row) => row.key)) + 1,
                      wanted: true,
                      name: '',
                      slug: '',
                      slugTouched: false,
                      class: 'development',
                      classTouched: false,
                    },
                  ])
                }
              >
                <Icon of={Plus} small />
                {text.addEnvironment}
              </Button>
            </div>
            <p className={primitives.help}>{text.environmentsHelp}</p>
          </div>
        </fieldset>
      </div>
    </DialogForm>
  );
}
