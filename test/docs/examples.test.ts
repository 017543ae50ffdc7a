import { readFileSync } from 'node:fs';
import { type DocumentNode, type GraphQLSchema, Kind, parse, validate, visit } from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildManagementSchema } from '../../src/apis/management/schema.ts';
import { buildPlacesSchema } from '../../src/apis/places/places-schema.ts';

const management = buildManagementSchema();
const places = buildPlacesSchema();

/** Every operation that a page shows, as a document of its own: blocks show some below each other, without names. */
function operationsOf(page: string): readonly DocumentNode[] {
  const blocks = [...page.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  const inline = [
    ...page.replaceAll(/```[\s\S]*?```/g, '').matchAll(/`((?:query|mutation|subscription)?\s*\{ \w+[^`]*\})`/g),
  ];
  const texts = [...blocks, ...inline.map(([, text = '']) => text)];
  return texts.flatMap((text) =>
    parse(text).definitions.map((definition) => ({ kind: Kind.DOCUMENT, definitions: [definition] }) as const),
  );
}

const read = (name: string) => readFileSync(`docs/${name}.md`, 'utf8');
const problemsOn = (schema: GraphQLSchema, document: DocumentNode) =>
  validate(schema, document).map(({ message }) => message);

describe.each([
  ['keys', management, 15],
  ['usage', management, 5],
  ['privileges', management, 2],
  ['cost', places, 1],
] as const)('docs/%s.md', (name, schema, atLeast) => {
  const operations = operationsOf(read(name));

  it('shows operations', () => {
    expect(operations.length).toBeGreaterThanOrEqual(atLeast);
  });

  it.each(operations.map((document) => [firstField(document), document] as const))(
    'shows one that is valid: %s',
    (_, document) => {
      expect(problemsOn(schema, document)).toEqual([]);
    },
  );
});

function firstField({ definitions: [definition] }: DocumentNode): string {
  const field = definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections[0] : undefined;
  return field?.kind === Kind.FIELD ? field.name.value : '';
}

describe('docs/keys.md covers what can happen to a key', () => {
  const page = read('keys');
  /** Of the table at the top: what live traffic meets, from when, and whether it can be undone. */
  const rows = new Map(
    [...page.matchAll(/^\| \[`(\w+)`\]\(#([\w-]+)\) \|(.*)\|$/gm)].map(([, name = '', anchor = '', cells = '']) => [
      name,
      { anchor, cells: cells.split('|').map((cell) => cell.trim()) },
    ]),
  );
  /** All of them: there is none that does not make, change or end a key, or what keys have or use. */
  const mutations = Object.keys(management.getMutationType()?.getFields() ?? {});

  it('with a row for each mutation, and for nothing else', () => {
    expect([...rows.keys()].sort()).toEqual([...mutations].sort());
  });

  it.each(mutations)('says of %s what live traffic meets, from when, and whether it can be undone', (mutation) => {
    const { cells = [] } = rows.get(mutation) ?? {};
    expect(cells).toHaveLength(3);
    for (const cell of cells) expect(cell.length).toBeGreaterThan(1);
  });

  it.each(mutations)('shows an example of %s below the heading that its row names', (mutation) => {
    const sections = page.split(/^## /m).slice(1);
    const section = sections.find((text) => anchorOf(text.split('\n', 1)[0] ?? '') === rows.get(mutation)?.anchor);
    const shown = new Set<string>();
    for (const document of operationsOf(section ?? '')) {
      visit(document, {
        OperationDefinition: ({ operation, selectionSet: { selections } }) => {
          if (operation !== 'mutation') return;
          for (const selection of selections) if (selection.kind === Kind.FIELD) shown.add(selection.name.value);
        },
      });
    }
    expect([...shown]).toContain(mutation);
  });
});

/** As GitHub makes it of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}

describe('the pages of docs/', () => {
  it.each(['keys', 'usage', 'privileges', 'metrics', 'traces-and-logs', 'cost'])(
    '%s.md links to what is there',
    (name) => {
      const links = [...read(name).matchAll(/\]\(([^)#:\s]*)(?:#([\w-]+))?\)/g)];
      for (const [, path = '', anchor] of links) {
        const target = readFileSync(new URL(path === '' ? `${name}.md` : path, `file://${process.cwd()}/docs/`));
        if (anchor === undefined) continue;
        const headings = [...target.toString().matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));
        expect(headings, `${path}#${anchor}`).toContain(anchor);
      }
    },
  );

  it('lead from usage to metrics, and to traces and logs', () => {
    const targets = [...read('usage').matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, path]) => path);
    expect(targets).toEqual(expect.arrayContaining(['metrics.md', 'traces-and-logs.md']));
  });
});
