import { useState } from 'react';
import { Field } from '../../design/Field';
import { common } from '../../text/common';
import { suggestTag } from '../products/naming';

interface Names {
  name: string;
  /** As it was typed; until then as the name suggests it. */
  tag: string;
  setName: (name: string) => void;
  setTag: (tag: string) => void;
}

export function useNames(stored?: { name: string; tag: string }): Names {
  const [name, setName] = useState(stored?.name ?? '');
  const [tag, setTag] = useState(stored?.tag ?? null);
  return { name, tag: tag ?? suggestTag(name), setName, setTag };
}

/** Name and tag of a record. */
export function NameFields(props: {
  /** What test ids begin with. */
  of: string;
  names: Names;
  tagHelp: string;
  faults: Record<string, string>;
  /** Examples, where nothing is typed yet. */
  example?: { name: string; tag: string };
}) {
  const { names } = props;
  return (
    <>
      <Field
        label={common.name}
        value={names.name}
        onChange={names.setName}
        error={props.faults.name}
        path="name"
        testId={`${props.of}-name`}
        autoFocus
        placeholder={props.example?.name}
      />
      <Field
        label={common.tag}
        value={names.tag}
        onChange={names.setTag}
        error={props.faults.tag}
        path="tag"
        testId={`${props.of}-tag`}
        mono
        help={props.tagHelp}
        placeholder={props.example?.tag}
      />
    </>
  );
}
