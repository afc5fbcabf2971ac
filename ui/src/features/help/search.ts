import { type GuidePage, textOf, wordsOf } from './document';
import type { Topic } from './place';

/** A heading with what stands under it, up to the next. */
interface Section extends Topic {
  title: string;
  heading: string;
  text: string;
}

export interface Found extends Topic {
  title: string;
  heading: string;
  excerpt: string;
}

/** What a person can take in. */
const MOST = 40;

const AROUND = 48;

export function sectionsOf(pages: GuidePage[]): Section[] {
  return pages.flatMap((page) => {
    const sections: Section[] = [{ page: page.id, anchor: null, title: page.title, heading: '', text: '' }];
    for (const block of page.blocks) {
      if (block.kind === 'heading')
        sections.push({
          page: page.id,
          anchor: block.id,
          title: page.title,
          heading: wordsOf(block.of),
          text: '',
        });
      else {
        const last = sections.at(-1);
        if (last) last.text += `${textOf(block)} `;
      }
    }
    return sections;
  });
}

/** Every section that has all of the words, those first that have them in a heading. */
export function search(sections: Section[], words: string): Found[] {
  const wanted = words.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return [];
  const found: { of: Section; rank: number }[] = [];
  for (const of of sections) {
    const head = `${of.title} ${of.heading}`.toLocaleLowerCase();
    const all = `${head} ${of.text.toLocaleLowerCase()}`;
    if (!wanted.every((word) => all.includes(word))) continue;
    found.push({ of, rank: wanted.filter((word) => head.includes(word)).length });
  }
  return found
    .sort((left, right) => right.rank - left.rank)
    .slice(0, MOST)
    .map(({ of: { page, anchor, title, heading, text } }) => ({
      page,
      anchor,
      title,
      heading,
      excerpt: excerptOf(text, wanted),
    }));
}

/** The text around the first of the words, cut between words. */
function excerptOf(text: string, wanted: string[]): string {
  const lower = text.toLocaleLowerCase();
  const at = Math.min(...wanted.map((word) => lower.indexOf(word)).filter((index) => index >= 0));
  if (!Number.isFinite(at)) return text.slice(0, 2 * AROUND).replace(/\s\S*$/, '');
  const from = at <= AROUND ? 0 : text.indexOf(' ', at - AROUND) + 1;
  const rest = text.slice(from, at + AROUND);
  return `${from > 0 ? '… ' : ''}${from + rest.length < text.length ? rest.replace(/\s\S*$/, ' …') : rest}`;
}
