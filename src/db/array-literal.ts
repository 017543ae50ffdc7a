/**
 * PostgreSQL's text form of arrays (manual §8.15), in both directions: `{a,"b,c",NULL}`, nested to any depth. Elements
 * that are `NULL` without quotes are null.
 */
export function parseArrayLiteral(text: string, parseElement: (text: string) => unknown): unknown[] {
  let position = text.indexOf('{');

  function elements(): unknown[] {
    const found: unknown[] = [];
    position++;
    while (text[position] !== '}') {
      if (text[position] === ',') position++;
      found.push(text[position] === '{' ? elements() : text[position] === '"' ? quoted() : bare());
    }
    position++;
    return found;
  }

  function quoted(): unknown {
    let value = '';
    for (position++; text[position] !== '"'; position++) {
      if (text[position] === '\\') position++;
      value += text[position];
    }
    position++;
    return parseElement(value);
  }

  function bare(): unknown {
    const start = position;
    while (text[position] !== ',' && text[position] !== '}') position++;
    const value = text.slice(start, position);
    return value === 'NULL' ? null : parseElement(value);
  }

  return elements();
}

export function formatArrayLiteral(values: readonly unknown[], formatElement: (value: unknown) => string): string {
  const elements = values.map((value) => {
    if (value === null || value === undefined) return 'NULL';
    if (Array.isArray(value)) return formatArrayLiteral(value, formatElement);
    return `"${formatElement(value).replace(/[\\"]/g, '\\$&')}"`;
  });
  return `{${elements.join(',')}}`;
}
