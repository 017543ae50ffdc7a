import { extensionName } from './declarations.ts';

type Extensions = Readonly<Record<string, unknown>> | null | undefined;

/** What is declared in an element's extensions. The API's author wrote it in code: its shape is trusted, its names are checked. */
export function declaredIn<Declaration extends object>(extensions: Extensions): Partial<Declaration> {
  return (extensions?.[extensionName] ?? {}) as Partial<Declaration>;
}

/** The extensions with a declaration over what stands there already, by a plugin or by hand. `undefined` says nothing. */
export function declaring(extensions: Extensions, declaration: object): Readonly<Record<string, unknown>> {
  const said = Object.entries(declaration).filter(([, value]) => value !== undefined);
  if (said.length === 0) return extensions ?? {};
  return { ...extensions, [extensionName]: { ...declaredIn(extensions), ...Object.fromEntries(said) } };
}
