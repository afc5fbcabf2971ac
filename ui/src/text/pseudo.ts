/**
 * A language that nobody speaks, for tests: what comes through the catalogue is accented, two fifths longer and stands
 * in brackets, so that a text without them is one that was written past it, and one that is cut off has no room.
 */
const PLAIN = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const ACCENTED = [...'áƀçđéƒğĥíĵķļɱñóþǫřšťúṽŵẋýžÁƁÇĐÉƑĞĤÍĴĶĻṀÑÓÞǪŘŠŤÚṼŴẊÝŽ'];
const LETTERS = new Map([...PLAIN].map((letter, at) => [letter, ACCENTED[at] ?? letter]));

const accented = (text: string): string => [...text].map((letter) => LETTERS.get(letter) ?? letter).join('');

/** Names that a text is made with stay as they are. */
function longer(text: string, parameters: unknown[] = []): string {
  if (text === '') return text;
  let said = accented(text);
  for (const parameter of parameters)
    if (typeof parameter === 'string' && parameter !== '')
      said = said.replaceAll(accented(parameter), parameter);
  return `⟦${said}${'~'.repeat(Math.ceil(text.length * 0.4))}⟧`;
}

/** A text, or every text of a part of the catalogue, and what its functions answer. */
export function pseudo<Part>(part: Part): Part {
  if (typeof part === 'string') return longer(part) as Part;
  if (typeof part === 'function')
    return ((...parameters: unknown[]) => {
      const text: unknown = part(...parameters);
      return typeof text === 'string' ? longer(text, parameters) : text;
    }) as Part;
  if (Array.isArray(part)) return part.map(pseudo) as Part;
  if (typeof part === 'object' && part !== null)
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, pseudo(value)])) as Part;
  return part;
}
