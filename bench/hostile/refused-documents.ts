import type { Stage } from './stage.ts';

const repeat = (times: number, text: (index: number) => string) =>
  Array.from({ length: times }, (_, index) => text(index)).join(' ');

/** Other documents every time, each of a kind that is refused for another reason, as large as the limits let it be. */
const kinds: Readonly<Record<string, (seed: number) => string>> = {
  'denied leaf, 150 aliases': (seed) => `{cities(first:1){nodes{${repeat(150, (i) => `a${i}x${seed}:population`)}}}}`,
  'denied leaf, 1,600 aliases': (seed) =>
    `{cities(first:1){nodes{${repeat(1600, (i) => `a${i}x${seed}:population`)}}}}`,
  'unknown fields, 300': (seed) => `{${repeat(300, (i) => `n${i}x${seed}`)}}`,
  'unknown fields, 4,900': (seed) => `{${repeat(4900, (i) => `n${i}x${seed}`)}}`,
  'one unknown field 4,900 times': (seed) => `{${repeat(4900, () => `n${seed}`)}}`,
  'an interface, 60 times': (seed) => `{${repeat(60, (i) => `a${i}x${seed}:node(id:"x"){id ...on Country{id}}`)}}`,
  'an interface, 400 times': (seed) => `{${repeat(400, (i) => `a${i}x${seed}:node(id:"x"){id __typename}`)}}`,
  'unused variables, 1,000': (seed) => `query(${repeat(1000, (i) => `$v${i}x${seed}:Int`)}){viewer{__typename}}`,
  'unused fragments, 600': (seed) =>
    `{viewer{__typename}} ${repeat(600, (i) => `fragment F${i}x${seed} on Query{__typename}`)}`,
  'a chain of fragments, 200': (seed) =>
    `{...F0} ${repeat(200, (i) => `fragment F${i} on Query{x${seed}:__typename ...F${i + 1}}`)} fragment F200 on Query{country(code:"x"){capital}}`,
  'nested conditions, 200': (seed) =>
    `query(${repeat(200, (i) => `$v${i}:Boolean!`)}){${repeat(200, (i) => `...@include(if:$v${i}){a${i}x${seed}:viewer{__typename}`)}${'}'.repeat(201)}`,
  'a directive, 1,000 times': (seed) =>
    `query($a:Boolean!){viewer ${'@skip(if:$a) '.repeat(1000)}{a${seed}:__typename}}`,
  'a list of 4,900': (seed) =>
    `{cities(filter:{name:{in:[${repeat(2400, (i) => `"${i}x${seed}"`)}]}}){nodes{population}}}`,
  'an object of 1,600': (seed) => `{a${seed}:cities(filter:{${repeat(1600, (i) => `a${i}:1`)}}){nodes{name}}}`,
  'an argument, 1,600 times': (seed) => `{a${seed}:cities(${'first:1 '.repeat(1600)}){nodes{name}}}`,
  'a text of 95 KB': (seed) => `{a${seed}:city(id:"${'x'.repeat(95_000)}"){population}}`,
  'blanks of 95 KB, then a mistake': (seed) => `${' '.repeat(95_000)}{n${seed}}}`,
  'lines of 45 KB, then mistakes': (seed) => `${'\n'.repeat(45_000)}{${repeat(30, (i) => `n${i}x${seed}`)}}`,
  'operations, 400': (seed) => repeat(400, (i) => `query Q${i}x${seed}{viewer{__typename}}`),
};

/** A key of which everything is refused, in the three ways to refuse what is denied. */
const modes = ['REJECT', 'HIDE'] as const;
const rounds = 12;

/** Milliseconds of CPU for each refused document and for each point that it cost. */
export async function refusedDocuments({ app, createKey, send, line }: Stage): Promise<void> {
  const small = '{cities(first:100){nodes{name}}}';
  const rules = ['read:Query', 'read:City.name', 'read:City.id', 'read:Country.name'];
  for (const onDenied of modes) {
    const key = await createKey(rules, { onDenied });
    const admitted = await middle(() => send(key, small));
    line(`refused documents, ${onDenied}`, `${admitted.ms.toFixed(1)} ms for ${small}: ${admitted.points} points`);
    for (const [name, make] of Object.entries(kinds)) {
      let seed = 0;
      const { ms, points, code } = await middle(() => send(key, make(seed++)));
      const price = points > 0 ? `${(ms / points).toFixed(2)} ms a point` : 'free';
      line(
        `  ${name}`,
        `${ms.toFixed(1)} ms, ${(ms / admitted.ms).toFixed(1)} × · ${points} points, ${price} · ${code}`,
      );
    }
  }
  await app.idle();
}

async function middle(call: () => ReturnType<Stage['send']>): Promise<Awaited<ReturnType<Stage['send']>>> {
  const answers: Awaited<ReturnType<Stage['send']>>[] = [];
  for (let round = -2; round < rounds; round++) {
    const answer = await call();
    if (round >= 0) answers.push(answer);
  }
  const [answer] = answers.toSorted((left, right) => left.ms - right.ms).slice(Math.floor(rounds / 2));
  if (!answer) throw new Error('nothing was measured');
  return answer;
}
