import { Field } from '../../design/Field';
import { common } from '../../text/common';

/** Name and tag of a record. */
export function NameFields(props: {
  /** What test ids begin with. */
  of: string;
  name: string;
  onName: (name: string) => void;
  tag: string;
  onTag: (tag: string) => void;
  tagHelp: string;
  faults: Record<string, string>;
  /** Examples, where nothing is typed yet. */
  example?: { name: string; tag: string };
}) {
  return (
    <>
      <Field
        label={common.name}
        value={props.name}
        onChange={props.onName}
        error={props.faults.name}
        path="name"
        testId={`${props.of}-name`}
        autoFocus
        placeholder={props.example?.name}
      />
      <Field
        label={common.tag}
        value={props.tag}
        onChange={props.onTag}
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
