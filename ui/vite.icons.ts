/**
 * Icons with one element each, where lucide has up to nine: an icon stands in every cell of the matrix, and what is drawn with
 * each frame of a scroll counts. The lines of an icon become one path, which looks the same: all are drawn with one pen.
 */
import type { Plugin } from 'vite';

export type Part = [element: string, attributes: Record<string, string>];

const ICON = /[\\/]lucide-react[\\/]dist[\\/]esm[\\/]icons[\\/][^\\/]+\.mjs$/;

/** A path's first point, and what follows it. A number ends where a second point or sign would begin: `.5.5` are two. */
const START = /^\s*([mM])\s*(-?(?:\d*\.\d+|\d+))[\s,]*(-?(?:\d*\.\d+|\d+))\s*(.*)$/s;

/** The path of a part; `null` for one that is more than lines. */
function pathOf([element, { key: _, ...attributes }]: Part): string | null {
  const has = (...names: string[]) => Object.keys(attributes).every((name) => names.includes(name));
  const number = (name: string) => Number(attributes[name] ?? 0);
  switch (element) {
    case 'path': {
      if (!has('d')) return null;
      // Where a path begins, a small m is as good as a capital: both are absolute there, and what follows the point is relative.
      const [, move, x, y, rest] = START.exec(attributes.d ?? '') ?? [];
      if (move === undefined || rest === undefined) return null;
      const lines = /^[-\d.]/.test(rest) ? (move === 'm' ? 'l' : 'L') : '';
      return `M${x} ${y}${lines}${rest}`;
    }
    case 'line':
      if (!has('x1', 'y1', 'x2', 'y2')) return null;
      return `M${number('x1')} ${number('y1')}L${number('x2')} ${number('y2')}`;
    case 'circle': {
      if (!has('cx', 'cy', 'r')) return null;
      const r = number('r');
      return `M${number('cx') - r} ${number('cy')}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
    }
    case 'rect': {
      if (!has('x', 'y', 'width', 'height', 'rx', 'ry')) return null;
      const [width, height] = [number('width'), number('height')];
      // Each radius is the other one where it is not given, and half of a side at most.
      const rx = Math.min(Number(attributes.rx ?? attributes.ry ?? 0), width / 2);
      const ry = Math.min(Number(attributes.ry ?? attributes.rx ?? 0), height / 2);
      const corner = (dx: number, dy: number) => (rx > 0 && ry > 0 ? `a${rx} ${ry} 0 0 1 ${dx} ${dy}` : '');
      return [
        `M${number('x') + rx} ${number('y')}h${width - 2 * rx}${corner(rx, ry)}`,
        `v${height - 2 * ry}${corner(-rx, ry)}h${2 * rx - width}${corner(-rx, -ry)}`,
        `v${2 * ry - height}${corner(rx, -ry)}Z`,
      ].join('');
    }
    default:
      return null;
  }
}

/** The same icon with all lines in one path, drawn first; parts that are more than lines stay as they are. */
export function joined(parts: readonly Part[]): Part[] {
  const paths = parts.map((part) => pathOf(part));
  const d = paths.filter((path) => path !== null).join('');
  const others = parts.filter((_, index) => paths[index] === null);
  return d === '' ? others : [['path', { d, key: 'lines' }], ...others];
}

interface Node {
  type: string;
  start: number;
  end: number;
  [field: string]: unknown;
}

/** What a literal of the source says. */
function literal(node: Node): unknown {
  switch (node.type) {
    case 'Literal':
      return node.value;
    case 'ArrayExpression':
      return (node.elements as Node[]).map(literal);
    case 'ObjectExpression':
      return Object.fromEntries(
        (node.properties as { key: Node; value: Node }[]).map(({ key, value }) => [
          key.name ?? key.value,
          literal(value),
        ]),
      );
    default:
      throw new Error(`an icon's drawing has a ${node.type} in it`);
  }
}

/** The list of parts in an icon's module: the value of `node` in what `__iconData` is. */
function partsIn(program: Node): Node | undefined {
  for (const statement of program.body as Node[]) {
    if (statement.type !== 'VariableDeclaration') continue;
    for (const { id, init } of statement.declarations as { id: Node; init: Node | null }[]) {
      if (id.name !== '__iconData' || init?.type !== 'ObjectExpression') continue;
      const parts = (init.properties as { key: Node; value: Node }[]).find(({ key }) => key.name === 'node');
      if (parts) return parts.value;
    }
  }
  return undefined;
}

export function icons(): Plugin {
  return {
    name: 'icons-of-one-path',
    transform: {
      filter: { id: ICON },
      handler(code) {
        // Others hand an icon on under an older name.
        if (!code.includes('createLucideIcon(')) return null;
        const found = partsIn(this.parse(code) as unknown as Node);
        // A version that keeps its drawings elsewhere: nothing would be joined, and nobody would see it.
        if (!found) throw new Error('an icon of lucide has no drawing where it was looked for');
        const parts = joined(literal(found) as Part[]);
        return {
          code: code.slice(0, found.start) + JSON.stringify(parts) + code.slice(found.end),
          map: null,
        };
      },
    },
  };
}
