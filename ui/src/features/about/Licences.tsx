import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { Field } from '../../design/Field';
import { Notice, Waiting } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { plain } from '../../design/text';
import { asAppError } from '../../platform';
import { about as text } from '../../text/about';
import { common } from '../../text/common';
import { errorText } from '../../text/errors';
import styles from './about.module.css';
import { findLicences, type Licence, textsOf } from './licences';

/** Both lists are no part of what the window loads before they are asked for. */
const list = {
  queryKey: ['licences'] as const,
  queryFn: async (): Promise<Licence[]> => (await import('../../generated/licences.json')).default,
};
const texts = {
  queryKey: ['licence-texts'] as const,
  queryFn: async () => (await import('../../generated/licence-texts.json')).default,
};

/** All that Tapedeck is made with, searched by name or licence; each with the texts of its licence. */
export function Licences() {
  const { data, error } = useQuery(list);
  const [query, setQuery] = useState('');
  const wanted = useDeferredValue(query);
  const [opened, setOpened] = useState<string | null>(null);
  if (error) return <Notice tone="error">{errorText(asAppError(error))}</Notice>;
  if (!data) return <Waiting label={common.loading} />;
  const found = findLicences(data, wanted);
  return (
    <section aria-label={text.licences} className={styles.licences}>
      <h3 className={primitives.sectionTitle}>{text.licences}</h3>
      <Field
        label={text.search}
        value={query}
        onChange={setQuery}
        help={text.licencesLead(data.length)}
        testId="licence-search"
      />
      <p className={primitives.faint} role="status" data-testid="licence-count">
        {found.length === 0 ? text.none : text.found(found.length, data.length)}
      </p>
      <ul className={styles.list} data-testid="licence-list">
        {found.map((licence) => {
          const id = `${licence.name} ${licence.version}`;
          return (
            <li key={`${licence.source} ${id}`}>
              <details
                open={opened === id}
                onToggle={(event) => {
                  if (event.currentTarget.open) setOpened(id);
                  else if (opened === id) setOpened(null);
                }}
              >
                <summary className={styles.summary} translate="no">
                  <span>
                    {plain(licence.name)} <span className={primitives.faint}>{plain(licence.version)}</span>
                  </span>
                  <span className={primitives.faint}>{plain(licence.licence)}</span>
                </summary>
                {opened === id ? <Texts id={id} /> : null}
              </details>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Texts({ id }: { id: string }) {
  const { data, error } = useQuery(texts);
  if (error) return <Notice tone="error">{errorText(asAppError(error))}</Notice>;
  if (!data) return <Waiting label={common.loading} />;
  const found = textsOf(data, id);
  if (found.length === 0) return <p className={primitives.faint}>{text.noText}</p>;
  return (
    <pre className={styles.text} data-selectable>
      {found.join('\n\n')}
    </pre>
  );
}
