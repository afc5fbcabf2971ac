import { pages } from 'virtual:guide';
import { ArrowLeft, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react';
import { useStore } from '../../app/store';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import primitives from '../../design/primitives.module.css';
import { classes } from '../../design/text';
import { help as text } from '../../text/help';
import { DocumentView } from './DocumentView';
import { GUIDE_LANGUAGE } from './document';
import styles from './help.module.css';
import { leaveHelp, place, turnBack, turnTo } from './place';
import { type Found, search, sectionsOf } from './search';

/** Moves the focus up and down a list of buttons. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || event.altKey) return;
  const list = [...event.currentTarget.querySelectorAll<HTMLElement>('input, button[data-entry]')];
  const next = list[list.indexOf(event.target as HTMLElement) + step];
  if (!next) return;
  next.focus();
  event.preventDefault();
}

function Pages({ current }: { current: string }) {
  const groups = [...new Set(pages.map((page) => page.group))];
  return groups.map((group) => (
    <div key={group} className={styles.group} lang={GUIDE_LANGUAGE}>
      {group === '' ? null : <h2 className={styles.groupName}>{group}</h2>}
      {pages
        .filter((page) => page.group === group)
        .map((page) => (
          <button
            key={page.id}
            type="button"
            className={styles.entry}
            data-entry
            data-testid={`help-page-${page.id}`}
            aria-current={page.id === current ? 'page' : undefined}
            onClick={() => turnTo({ page: page.id, anchor: null })}
          >
            {page.title}
          </button>
        ))}
    </div>
  ));
}

function Results({ found, words }: { found: Found[]; words: string }) {
  return (
    <>
      <p className={styles.count} role="status" data-testid="help-count">
        {found.length === 0 ? text.nothing(words) : text.results(found.length)}
      </p>
      {found.map((place) => (
        <button
          key={`${place.page}#${place.anchor}`}
          type="button"
          className={classes(styles.entry, styles.result)}
          data-entry
          data-testid="help-result"
          onClick={() => turnTo(place)}
        >
          <span className={styles.resultTitle} lang={GUIDE_LANGUAGE}>
            {place.title}
            {place.heading === '' ? '' : ` › ${place.heading}`}
          </span>
          <span className={styles.excerpt} lang={GUIDE_LANGUAGE}>
            {place.excerpt}
          </span>
        </button>
      ))}
    </>
  );
}

/** The user guide, which needs no network: its pages at the left, one of them at the right. */
export function HelpScreen() {
  const current = useStore(place, (state) => state.page);
  const anchor = useStore(place, (state) => state.anchor);
  const words = useStore(place, (state) => state.words);
  const hasBefore = useStore(place, (state) => state.before.length > 0);
  const sections = useMemo(() => sectionsOf(pages), []);
  const page = pages.find((candidate) => candidate.id === current) ?? pages[0];
  const article = useRef<HTMLElement>(null);
  const found = words.trim() === '' ? null : search(sections, words);

  // Where one turns to has the focus, so that it is read out, and the keys scroll from there.
  useEffect(() => {
    const scroller = article.current;
    if (!scroller || page?.id === undefined) return;
    const heading = anchor === null ? null : scroller.querySelector<HTMLElement>(`[data-anchor="${anchor}"]`);
    const target = heading ?? scroller.querySelector<HTMLElement>('h1');
    if (heading === null) scroller.scrollTop = 0;
    target?.focus({ preventScroll: heading === null });
    heading?.scrollIntoView({ block: 'start' });
  }, [page?.id, anchor]);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.defaultPrevented) return;
    if (event.key === 'Escape') {
      if (words === '') leaveHelp();
      else place.set({ words: '' });
    } else if (event.altKey && event.key === 'ArrowLeft') turnBack();
    else return;
    event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of whatever in it has the focus
    <div className={styles.help} onKeyDown={onKeyDown} data-testid="help-screen">
      <nav className={styles.side} aria-label={text.pages} onKeyDown={walk}>
        <search className={styles.search}>
          <input
            className={styles.input}
            value={words}
            onChange={(event) => place.set({ words: event.target.value })}
            onKeyDown={(event) => {
              const [first] = found ?? [];
              if (event.key !== 'Enter' || first === undefined) return;
              turnTo(first);
              event.preventDefault();
            }}
            placeholder={text.searchHint}
            aria-label={text.search}
            aria-keyshortcuts="/"
            data-testid="help-search"
            spellCheck={false}
            autoComplete="off"
          />
        </search>
        <div className={styles.list}>
          {found === null ? (
            <Pages current={page?.id ?? ''} />
          ) : (
            <Results found={found} words={words.trim()} />
          )}
        </div>
      </nav>
      <section
        ref={article}
        className={styles.article}
        aria-label={text.title}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keyboard
        tabIndex={0}
      >
        <header className={styles.head}>
          <h1 className={styles.title} tabIndex={-1} lang={GUIDE_LANGUAGE} data-testid="help-title">
            {page?.title}
          </h1>
          <span className={primitives.row}>
            {hasBefore ? (
              <Button look="quiet" small onPress={turnBack} data-testid="help-back">
                <Icon of={ArrowLeft} small />
                {text.back}
              </Button>
            ) : null}
            <Button look="quiet" small onPress={leaveHelp} data-testid="help-close">
              <Icon of={X} small />
              {text.close}
            </Button>
          </span>
        </header>
        {page ? <DocumentView key={page.id} blocks={page.blocks} /> : null}
      </section>
    </div>
  );
}
